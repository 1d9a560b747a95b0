import type { ControlDescription, PageDescription } from '../fields/control.ts'

/** A visible text field, with what a test says of it. */
export function control(given: Partial<ControlDescription> = {}): ControlDescription {
  return {
    index: 0,
    form: 0,
    tag: 'input',
    type: 'text',
    name: '',
    id: '',
    autocomplete: '',
    placeholder: '',
    label: '',
    hint: '',
    group: '',
    value: '',
    filled: false,
    checked: false,
    required: false,
    disabled: false,
    readOnly: false,
    pattern: '',
    minLength: -1,
    maxLength: -1,
    min: '',
    max: '',
    step: '',
    passwordRules: '',
    options: [],
    visible: true,
    drawnByLabel: false,
    ariaHidden: false,
    tabIndex: 0,
    toggle: false,
    toggledBy: [],
    explicit: [],
    ...given,
  }
}

/** A button that sends its form. */
export function button(label: string, given: Partial<ControlDescription> = {}): ControlDescription {
  return control({ tag: 'button', type: 'submit', label, ...given })
}

/** A page of these controls, numbered in their order. */
export function pageOf(
  controls: readonly ControlDescription[],
  given: Partial<Omit<PageDescription, 'controls'>> = {},
): PageDescription {
  const count = Math.max(-1, ...controls.map(({ form }) => form)) + 1
  const forms = Array.from({ length: count }, (_, index) => ({ index, id: '', name: '', action: '', heading: '' }))
  return {
    url: 'http://127.0.0.1/',
    title: '',
    forms,
    controls: controls.map((one, index) => ({ ...one, index })),
    ...given,
  }
}
