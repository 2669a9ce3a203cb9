/** What a client is told instead of an answer: an HTTP status and the body `{ error_code, message }`, with the codes of Confluent's registry. */
export class RestError extends Error {
  constructor(
    readonly status: number,
    /** Confluent's code: the status itself, or five digits that begin with it. */
    readonly code: number,
    message: string,
  ) {
    super(message)
  }
}

/** The refusals of Confluent's registry that this one has, with their codes and words (`Errors.java` of confluentinc/schema-registry). */
export const refusals = {
  subjectUnknown: (subject: string) => new RestError(404, 40_401, `Subject '${subject}' not found.`),
  versionUnknown: (version: number) => new RestError(404, 40_402, `Version ${version} not found.`),
  schemaUnknown: (id?: number) => new RestError(404, 40_403, id === undefined ? 'Schema not found' : `Schema ${id} not found`),
  subjectDeleted: (subject: string) => new RestError(404, 40_404, `Subject '${subject}' was soft deleted. Set permanent=true to delete permanently`),
  subjectNotDeleted: (subject: string) => new RestError(404, 40_405, `Subject '${subject}' was not deleted first before being permanently deleted`),
  versionDeleted: (subject: string, version: number) =>
    new RestError(404, 40_406, `Subject '${subject}' Version ${version} was soft deleted. Set permanent=true to delete permanently`),
  versionNotDeleted: (subject: string, version: number) =>
    new RestError(404, 40_407, `Subject '${subject}' Version ${version} was not deleted first before being permanently deleted`),
  levelUnset: (subject: string) => new RestError(404, 40_408, `Subject '${subject}' does not have subject-level compatibility configured`),
  modeUnset: (subject: string) => new RestError(404, 40_409, `Subject '${subject}' does not have subject-level mode configured`),
  incompatible: (subject: string, details: string) =>
    new RestError(409, 409, `Schema being registered is incompatible with an earlier schema for subject "${subject}", details: [${details}]`),
  bodyInvalid: (problem: string) => new RestError(422, 422, problem),
  schemaInvalid: (problem: string) => new RestError(422, 42_201, problem),
  versionInvalid: (version: string) =>
    new RestError(422, 42_202, `The specified version '${version}' is not a valid version id. Allowed values are between [1, 2^31-1] and the string "latest"`),
  levelInvalid: () =>
    new RestError(
      422,
      42_203,
      'Invalid compatibility level. Valid values are none, backward, forward, full, backward_transitive, forward_transitive, and full_transitive',
    ),
  modeInvalid: () => new RestError(422, 42_204, 'Invalid mode. Valid values are READWRITE, READONLY, IMPORT and FORWARD.'),
  notPermitted: (problem: string) => new RestError(422, 42_205, problem),
  referenceExists: (subject: string, version: number) =>
    new RestError(422, 42_206, `One or more references exist to the schema {subject=${subject},version=${version}}.`),
  subjectInvalid: (subject: string, problem = 'is not a valid') => new RestError(422, 42_208, `The specified subject '${subject}' ${problem}.`),
  storeFailed: (problem: string) => new RestError(500, 50_001, problem),
} as const

/** What HTTP itself refuses: the code is the status, as rest-utils of Confluent answers. */
export const httpRefusals = {
  badRequest: (problem: string) => new RestError(400, 400, problem),
  notFound: () => new RestError(404, 404, 'HTTP 404 Not Found'),
  methodNotAllowed: () => new RestError(405, 405, 'HTTP 405 Method Not Allowed'),
  notAcceptable: () => new RestError(406, 406, 'HTTP 406 Not Acceptable'),
  tooLarge: (limit: number) => new RestError(413, 413, `HTTP 413 Request Entity Too Large: a body may have ${limit} bytes`),
  mediaTypeUnsupported: () => new RestError(415, 415, 'HTTP 415 Unsupported Media Type'),
} as const
