/** What a page says about one form control; serialised from the browser, matched in Node. */
export interface ControlDescription {
  /** Position in the page's list of described elements. */
  readonly index: number
  /** The form that owns it; -1 outside of every form. */
  readonly form: number
  readonly tag: 'input' | 'select' | 'textarea' | 'button'
  /** The effective type, lower case: `text`, `email`, `select`, `combobox`, `submit`, `link`, `opener` (leads on, sends nothing), … */
  readonly type: string
  readonly name: string
  readonly id: string
  readonly autocomplete: string
  readonly placeholder: string
  /** `<label>`, `aria-labelledby`, `aria-label`, or the text beside it. */
  readonly label: string
  /** `aria-describedby`, `title` and hints beside it. */
  readonly hint: string
  /** Legend of the fieldset or label of the group around it. */
  readonly group: string
  /** Never a password; of a link its address. */
  readonly value: string
  readonly filled: boolean
  readonly checked: boolean
  readonly required: boolean
  readonly disabled: boolean
  readonly readOnly: boolean
  readonly pattern: string
  /** -1 where there is none. */
  readonly minLength: number
  readonly maxLength: number
  readonly min: string
  readonly max: string
  readonly step: string
  /** The `passwordrules` attribute. */
  readonly passwordRules: string
  readonly options: readonly ControlOption[]
  /** A person could see it, or see and press its label. */
  readonly visible: boolean
  /** Itself hidden, its label is what a person sees and presses. */
  readonly drawnByLabel: boolean
  /** Hidden from assistive technology: `aria-hidden` or `inert` on it or around it. */
  readonly ariaHidden: boolean
  readonly tabIndex: number
  /** Pressed, it would show more: a menu that is not open. */
  readonly toggle: boolean
  /** Of a hidden link or button, the indexes of what would show it; told where pages are described loosely. */
  readonly toggledBy: readonly number[]
  /** The configured selectors that lead to it. */
  readonly explicit: readonly string[]
}

export interface ControlOption {
  readonly value: string
  readonly text: string
  readonly disabled: boolean
}

export interface FormDescription {
  readonly index: number
  readonly id: string
  readonly name: string
  readonly action: string
  /** Headings and legends in and just before it. */
  readonly heading: string
}

export interface PageDescription {
  readonly url: string
  readonly title: string
  readonly forms: readonly FormDescription[]
  readonly controls: readonly ControlDescription[]
}

/** What stays the same about a control when a script draws it again. */
export function signature({ tag, type, name, id, label, placeholder }: ControlDescription): string {
  return [tag, type, name, id, label, placeholder].join('|')
}

/** A short, readable name of a control. */
export function controlName(control: ControlDescription): string {
  const type = control.tag === 'input' && control.type !== 'text' ? `[type="${control.type}"]` : ''
  if (control.name !== '') return `${control.tag}[name="${control.name}"]`
  if (control.id !== '') return `${control.tag}#${control.id}`
  return `${control.tag}${type}${control.label === '' ? '' : ` "${control.label}"`}`
}
