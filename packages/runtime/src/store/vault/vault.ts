import { RefbotError } from '../../errors.ts'
import { newStoreKey, type StoreKey, seal, unseal } from './cipher.ts'
import { type KeyFile, readKeys, writeKeys } from './key-file.ts'

/** Seals what is secret before it is stored. The key is made with the first secret: a store without any has none. */
export class Vault {
  readonly #file: KeyFile
  #keys: readonly StoreKey[] | undefined

  constructor(file: KeyFile) {
    this.#file = file
  }

  /** @param place table, column and row: it opens nowhere else. @throws RefbotError `STORE_KEY_*` */
  seal(place: string, text: string): string {
    let [key] = this.#read()
    if (key === undefined) {
      key = newStoreKey()
      writeKeys(this.#file, [key])
      this.#keys = [key]
    }
    return seal(key, place, text)
  }

  /** @throws RefbotError `STORE_KEY_MISSING`, `STORE_KEY_WRONG`, `STORE_SECRET_DAMAGED` and as `readKeys` */
  unseal(place: string, sealed: string): string {
    const keys = this.#read()
    if (keys.length > 0) return unseal(keys, place, sealed)
    throw new RefbotError('STORE_KEY_MISSING', `The store holds secrets, and its key is not in ${this.#file.path}.`, {
      hint: 'Put the key back, from the machine or the backup it was on, or give up the secrets: refbot store rotate-key --forget.',
    })
  }

  #read(): readonly StoreKey[] {
    if (this.#keys === undefined || this.#keys.length === 0) this.#keys = readKeys(this.#file)
    return this.#keys
  }
}
