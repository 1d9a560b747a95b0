import type { components, operations } from './generated/openapi.ts'

type Schemas = components['schemas']

export type AddedProxies = Schemas['AddedProxies']
export type Alert = Schemas['Alert']
export type ConfigReload = Schemas['ConfigReload']
export type Artifact = Schemas['Artifact']
export type AuditEntry = Schemas['AuditEntry']
export type CreatedToken = Schemas['CreatedToken']
export type LogLine = Schemas['LogLine']
export type Metrics = Schemas['Metrics']
export type Plugin = Schemas['Plugin']
export type PluginForm = Schemas['PluginForm']
export type Problem = Schemas['Problem']
export type Progress = Schemas['Progress']
export type Proxy = Schemas['Proxy']
export type RefbotEvent = Schemas['Event']
export type Run = Schemas['Run']
export type RunDetails = Schemas['RunDetails']
export type RunPage = Schemas['RunPage']
export type Series = Schemas['Series']
export type Silence = Schemas['Silence']
export type Token = Schemas['Token']

/** An answer that is no JSON: a file, a log, a table. Read it once. */
export interface Download {
  readonly contentType: string
  readonly body: AsyncIterable<Uint8Array>
  text(): Promise<string>
}

type OperationId = Exclude<keyof operations, 'streamEvents'>

/** Only what an operation really has: the generator writes `never` for what it has not. */
type Part<Name extends string, Parameters> = Parameters extends { readonly [Key in Name]: infer Value }
  ? { readonly [Key in Name]: Value }
  : Parameters extends { readonly [Key in Name]?: infer Value }
    ? [NonNullable<Value>] extends [never]
      ? unknown
      : { readonly [Key in Name]?: NonNullable<Value> }
    : unknown

/** The JSON that an operation takes. */
type Sent<Operation> = Operation extends {
  readonly requestBody: { readonly content: { readonly 'application/json': infer Body } }
}
  ? { readonly body: Body }
  : Operation extends { readonly requestBody?: { readonly content: { readonly 'application/json': infer Body } } }
    ? { readonly body?: Body }
    : unknown

type Arguments<Operation> = Operation extends { readonly parameters: infer Parameters }
  ? Part<'path', Parameters> & Part<'query', Parameters> & Sent<Operation> & { readonly signal?: AbortSignal }
  : never

type Content<Operation> = Operation extends { readonly responses: infer Responses }
  ? Responses extends { readonly 200: { readonly content: infer Body } }
    ? Body
    : Responses extends { readonly 201: { readonly content: infer Body } }
      ? Body
      : Responses extends { readonly 202: { readonly content: infer Body } }
        ? Body
        : never
  : never

type Answer<Operation> = Content<Operation> extends { readonly 'application/json': infer Body } ? Body : Download

/** One method for each operation of the document, by its `operationId`. */
export type Operations = {
  readonly [Id in OperationId]: Record<never, never> extends Arguments<operations[Id]>
    ? (request?: Arguments<operations[Id]>) => Promise<Answer<operations[Id]>>
    : (request: Arguments<operations[Id]>) => Promise<Answer<operations[Id]>>
}

/** Which lines of the logs. */
export type LogsQuery = NonNullable<operations['getLogs']['parameters']['query']>
