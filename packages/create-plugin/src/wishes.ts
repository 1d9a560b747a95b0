import { type CreatedPlugin, createPlugin, isFree } from './create-plugin.ts'
import { CreatePluginError } from './errors.ts'
import { pluginNames, readTarget } from './names.ts'
import { TEMPLATES, type TemplateName } from './templates.ts'

/** What was said about the plugin before any question. */
export interface Wishes {
  readonly cwd: string
  /** A folder, or the name of a package with a scope. */
  readonly target?: string | undefined
  /** Of the npm package; default: after the folder. */
  readonly name?: string | undefined
  readonly template?: string | undefined
  readonly overwrite?: boolean | undefined
}

/** Somebody who can be asked; undefined is no answer: whoever was asked has had enough. */
export interface Ask {
  text(question: string, proposal: string): Promise<string | undefined>
  choice<Value extends string>(
    question: string,
    choices: readonly { readonly value: Value; readonly label: string; readonly hint: string }[],
  ): Promise<Value | undefined>
  consent(question: string): Promise<boolean | undefined>
}

/**
 * Asks for what was not said, and writes the plugin. Where nobody can be asked, the target has to be said.
 * @throws CreatePluginError also `CREATE_TARGET_MISSING`, `CREATE_CANCELLED`
 */
export async function createAsWished(wishes: Wishes, ask: Ask | undefined): Promise<CreatedPlugin> {
  const target = wishes.target ?? (await ask?.text('What is the plugin called?', 'my-plugin').then(answered))
  if (target === undefined || target.trim() === '') {
    throw new CreatePluginError(
      'CREATE_TARGET_MISSING',
      'A new plugin needs a folder or a name.',
      'Say it first: npm create @refbot/plugin shop.',
      { exitCode: 2 },
    )
  }
  const { folder, name: named } = readTarget(wishes.cwd, target.trim())
  const { name } = pluginNames(wishes.name ?? named)
  const template = (wishes.template ?? (await ask?.choice('What does it start from?', CHOICES).then(answered))) as
    | TemplateName
    | undefined
  let { overwrite = false } = wishes
  if (!overwrite && ask !== undefined && !isFree(folder)) {
    overwrite = answered(await ask.consent(`${folder} is not empty. Replace the files of the template in it?`))
    if (!overwrite) throw cancelled()
  }
  return createPlugin({ folder, name, overwrite, ...(template === undefined ? {} : { template }) })
}

const CHOICES = (Object.keys(TEMPLATES) as TemplateName[]).map((value) => ({
  value,
  label: value,
  hint: TEMPLATES[value],
}))

function answered<Value>(answer: Value | undefined): Value {
  if (answer === undefined) throw cancelled()
  return answer
}

function cancelled(): CreatePluginError {
  return new CreatePluginError('CREATE_CANCELLED', 'Nothing was written.', 'Run it again when you like.', {
    exitCode: 130,
  })
}
