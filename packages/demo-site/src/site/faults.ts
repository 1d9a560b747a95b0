/** Which sign-up page a visitor gets. */
export type FormVariant = 'plain' | 'gated' | 'wizard' | 'shadow' | 'spa' | 'captcha'

/** What the site does with a submitted sign-up. */
export type SubmitRule = 'store' | 'crash' | 'refuse' | 'lose-second' | 'limit' | 'redirect' | 'challenge'

export interface SiteBehaviour {
  /** What a visitor meets, one sentence. */
  readonly summary: string
  readonly form: FormVariant
  readonly submit: SubmitRule
  /** Whether a cookie dialog lies over each page until it is answered. */
  readonly banner: boolean
  /** Whether a sign-up waits until the link of a mail is followed. */
  readonly mail: boolean
  /** Milliseconds added to each answer when no latency is asked for. */
  readonly latencyMs: number
}

export type SiteFault =
  | 'none'
  | 'slow'
  | 'error-500'
  | 'validation'
  | 'drop-one'
  | 'banner'
  | 'captcha'
  | 'rate-limit'
  | 'foreign-redirect'
  | 'wizard'
  | 'shadow'
  | 'spa'
  | 'disabled-until-valid'
  | 'confirm-email'

const healthy = { form: 'plain', submit: 'store', banner: false, mail: false, latencyMs: 0 } as const

/** Every fault is one line: what differs from the healthy site. */
export const siteFaults: Readonly<Record<SiteFault, SiteBehaviour>> = {
  none: { ...healthy, summary: 'The site works.' },
  slow: { ...healthy, latencyMs: 1000, summary: 'Every answer is late.' },
  'error-500': { ...healthy, submit: 'crash', summary: 'A submit is answered with 500.' },
  validation: { ...healthy, submit: 'refuse', summary: 'Every sign-up is refused with a message at the e-mail field.' },
  'drop-one': {
    ...healthy,
    submit: 'lose-second',
    summary: 'The second sign-up of a run is confirmed but not stored.',
  },
  banner: { ...healthy, banner: true, summary: 'A cookie dialog lies over the page.' },
  captcha: { ...healthy, form: 'captcha', submit: 'challenge', summary: 'A CAPTCHA stands in place of the form.' },
  'rate-limit': { ...healthy, submit: 'limit', summary: 'Submits beyond the limit are answered with 429.' },
  'foreign-redirect': { ...healthy, submit: 'redirect', summary: 'A submit is sent on (307) to another origin.' },
  wizard: { ...healthy, form: 'wizard', summary: 'The form is spread over three pages.' },
  shadow: { ...healthy, form: 'shadow', summary: 'The form stands in an open shadow root.' },
  spa: { ...healthy, form: 'spa', summary: 'A script draws a form without names or ids and posts it as JSON.' },
  'disabled-until-valid': { ...healthy, form: 'gated', summary: 'The button is disabled until every field is valid.' },
  'confirm-email': { ...healthy, mail: true, summary: 'A sign-up waits until the link of a mail is followed.' },
}

export function isSiteFault(name: string): name is SiteFault {
  return Object.hasOwn(siteFaults, name)
}
