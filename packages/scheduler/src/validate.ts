import type { ConcurrencyLimits } from './engine/slots.ts'
import { SchedulerError } from './errors.ts'
import { fits, type NumberRule, wanted } from './numbers.ts'
import { checkTriggerKeys } from './triggers/trigger-keys.ts'
import type { RetryPolicy, ScheduleConfig, Trigger } from './types.ts'

const LONGEST_ID = 256

const KNOWN: Readonly<Record<keyof ScheduleConfig, true>> = {
  id: true,
  task: true,
  input: true,
  triggers: true,
  origin: true,
  retry: true,
  retryOn: true,
  overlap: true,
  queueLimit: true,
  concurrencyKey: true,
  misfire: true,
  misfireGraceMs: true,
  misfireLimit: true,
  timeoutMs: true,
  abortGraceMs: true,
  onAbandoned: true,
  paused: true,
}

const KNOWN_OF_RETRY: Readonly<Record<keyof RetryPolicy, true>> = {
  attempts: true,
  delayMs: true,
  multiplier: true,
  maxDelayMs: true,
  jitter: true,
}

/**
 * Checks all of a config but the values of its triggers, and returns a copy that the caller cannot change any more.
 * @throws SchedulerError `INVALID_CONFIG`, `INVALID_ID`, `INVALID_INPUT`, `INVALID_TRIGGER`, `INVALID_POLICY`
 */
export function checkConfig(config: ScheduleConfig): ScheduleConfig {
  if (typeof config !== 'object' || config === null) throw invalidConfig('it is no object')
  for (const key of Object.keys(config)) {
    if (!Object.hasOwn(KNOWN, key)) throw invalidConfig(`${JSON.stringify(key)} is no key of it`)
  }
  checkName(config.id, 'id')
  checkName(config.task, 'task')
  if (config.concurrencyKey !== undefined) checkName(config.concurrencyKey, 'concurrencyKey')
  oneOf('origin', config.origin, ['config', 'plugin', 'api'])
  oneOf('overlap', config.overlap, ['skip', 'queue', 'allow'])
  oneOf('misfire', config.misfire, ['skip', 'once', 'all'])
  oneOf('onAbandoned', config.onAbandoned, ['record', 'retry'])
  if (config.paused !== undefined && typeof config.paused !== 'boolean') throw invalidPolicy('paused', 'true or false')
  number('queueLimit', config.queueLimit, { least: 1, whole: true })
  number('misfireGraceMs', config.misfireGraceMs, { least: 0 })
  number('misfireLimit', config.misfireLimit, { least: 1, whole: true })
  number('timeoutMs', config.timeoutMs, { least: 1 })
  number('abortGraceMs', config.abortGraceMs, { least: 0 })
  if (config.retry !== undefined) checkRetry('retry', config.retry)
  if (config.retryOn !== undefined) checkRetryOn(config.retryOn)
  if (triggersOf(config).length === 0) {
    throw new SchedulerError('INVALID_TRIGGER', `Job ${quote(config.id)} has no trigger.`, 'Give it at least one.')
  }
  triggersOf(config).forEach(checkTriggerKeys)
  return copy(config)
}

/** @throws SchedulerError `INVALID_POLICY` */
export function checkLimits({ total, perKey, keys = {} }: ConcurrencyLimits): void {
  const most = { least: 1, infinite: true, whole: true }
  number('concurrency.total', total, most)
  number('concurrency.perKey', perKey, most)
  for (const [key, limit] of Object.entries(keys)) number(`concurrency.keys.${key}`, limit, most)
}

/** The triggers of a config as a list. */
export function triggersOf(config: ScheduleConfig): readonly Trigger[] {
  const { triggers } = config
  return Array.isArray(triggers) ? triggers : [triggers as Trigger]
}

function checkName(value: unknown, name: string): void {
  if (typeof value === 'string' && value !== '' && value.length <= LONGEST_ID) return
  throw new SchedulerError(
    'INVALID_ID',
    `\`${name}\` is ${typeof value === 'string' ? `${value.length} characters long` : typeof value}.`,
    `Give \`${name}\` as a text of 1 to ${LONGEST_ID} characters.`,
  )
}

function checkRetryOn(retryOn: Readonly<Record<string, RetryPolicy>>): void {
  if (typeof retryOn !== 'object' || retryOn === null) throw invalidPolicy('retryOn', 'an object of policies by code')
  for (const [code, retry] of Object.entries(retryOn)) checkRetry(`retryOn.${code}`, retry)
}

function checkRetry(name: string, retry: RetryPolicy): void {
  if (typeof retry !== 'object' || retry === null) throw invalidPolicy(name, 'an object with `attempts`')
  const unknown = Object.keys(retry).find((key) => !Object.hasOwn(KNOWN_OF_RETRY, key))
  if (unknown !== undefined) {
    const keys = Object.keys(KNOWN_OF_RETRY).join(', ')
    throw new SchedulerError('INVALID_POLICY', `\`${name}\` has no ${quote(unknown)}.`, `Its keys are ${keys}.`)
  }
  if (retry.attempts === undefined) throw invalidPolicy(`${name}.attempts`, 'a whole number, 1 or more')
  number(`${name}.attempts`, retry.attempts, { least: 1, whole: true })
  number(`${name}.delayMs`, retry.delayMs, { least: 0 })
  number(`${name}.multiplier`, retry.multiplier, { least: 1 })
  number(`${name}.maxDelayMs`, retry.maxDelayMs, { least: 0 })
  oneOf(`${name}.jitter`, retry.jitter, ['none', 'full'])
}

function number(name: string, value: unknown, rule: NumberRule): void {
  if (value !== undefined && !fits(value, rule)) throw invalidPolicy(name, wanted(rule))
}

function oneOf(name: string, value: unknown, allowed: readonly string[]): void {
  if (value !== undefined && !allowed.includes(value as string))
    throw invalidPolicy(name, `one of ${allowed.join(', ')}`)
}

/** A copy without what is undefined; the input through JSON, which is what the store does to it anyway. */
function copy(config: ScheduleConfig): ScheduleConfig {
  const triggers = Array.isArray(config.triggers) ? config.triggers.map(defined) : defined(config.triggers)
  const copied: ScheduleConfig = { ...defined(config), triggers }
  const retry = config.retry === undefined ? undefined : { retry: defined(config.retry) }
  const retryOn = config.retryOn === undefined ? undefined : { retryOn: definedEach(config.retryOn) }
  const input = config.input === undefined ? undefined : { input: throughJson(config.id, config.input) }
  if (retry === undefined && retryOn === undefined && input === undefined) return copied
  return { ...copied, ...retry, ...retryOn, ...input }
}

function defined<T extends object>(value: T): T {
  if (typeof value !== 'object' || value === null) return value
  const copied = { ...value }
  for (const key in copied) if (copied[key] === undefined) delete copied[key]
  return copied
}

function definedEach<T extends object>(values: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, defined(value)]))
}

function throughJson(id: string, input: unknown): unknown {
  try {
    const json = JSON.stringify(input)
    if (json !== undefined) return JSON.parse(json)
  } catch {
    // A cycle or a bigint; answered below.
  }
  throw new SchedulerError(
    'INVALID_INPUT',
    `The input of job ${quote(id)} does not survive JSON.`,
    'Use plain objects, lists, texts, finite numbers, booleans and null.',
  )
}

function invalidConfig(why: string): SchedulerError {
  return new SchedulerError(
    'INVALID_CONFIG',
    `This is no job: ${why}.`,
    `Its keys are ${Object.keys(KNOWN).join(', ')}.`,
  )
}

function invalidPolicy(name: string, wanted: string): SchedulerError {
  return new SchedulerError('INVALID_POLICY', `\`${name}\` is not valid.`, `Give \`${name}\` as ${wanted}.`)
}

export function quote(id: string): string {
  return JSON.stringify(id)
}
