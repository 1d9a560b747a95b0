/** What a kind of field is called. */
export interface Words {
  readonly autocomplete?: readonly string[]
  /** Names and ids, lower case, letters and digits only. */
  readonly exact: readonly string[]
  /** Within a spaced, lower-case name or label without accents. */
  readonly words: RegExp
}
