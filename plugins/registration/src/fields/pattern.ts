/** Whether a text is what the `pattern` of a field asks for; one that is no regular expression asks for nothing. */
export function matches(pattern: string, text: string): boolean {
  try {
    return new RegExp(`^(?:${pattern})$`, 'v').test(text)
  } catch {
    return false
  }
}
