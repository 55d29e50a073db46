/** An answer of the service other than 200, with the body that the real one gives (OneApiError). */
export interface ServiceErrorDetails {
  readonly status: number;
  readonly code: string;
  /** The short text, the same for a whole class of errors. */
  readonly message: string;
  readonly type: string;
  /** What exactly is wrong. */
  readonly detail: string;
  readonly permanent: boolean;
}

export class ServiceError extends Error {
  override readonly name = 'ServiceError';
  readonly details: ServiceErrorDetails;

  constructor(details: ServiceErrorDetails) {
    super(details.detail);
    this.details = details;
  }
}

const INVALID = 'Request is invalid and cannot be executed.';

/** A request that can never succeed as it is. */
export function badRequest(code: string, detail: string, type = 'Kusto.Data.Exceptions.KustoBadRequestException') {
  return new ServiceError({ status: 400, code, message: INVALID, type, detail, permanent: true });
}

export function syntaxError(detail: string): ServiceError {
  return badRequest('General_BadRequest', `Syntax error: ${detail}`, 'Kusto.Data.Exceptions.SyntaxException');
}

export function semanticError(detail: string): ServiceError {
  return badRequest('General_BadRequest', `Semantic error: ${detail}`, 'Kusto.Data.Exceptions.SemanticException');
}

export function entityNotFound(kind: string, name: string): ServiceError {
  const type = 'Kusto.Common.Svc.Exceptions.EntityNotFoundException';
  return badRequest('BadRequest_EntityNotFound', `Entity ID '${name}' of kind '${kind}' was not found.`, type);
}

export function entityExists(kind: string, name: string): ServiceError {
  const type = 'Kusto.Common.Svc.Exceptions.EntityAlreadyExistsException';
  return badRequest('BadRequest_EntityAlreadyExists', `Entity '${name}' of kind '${kind}' already exists.`, type);
}

export function forbidden(detail: string): ServiceError {
  return new ServiceError({
    status: 403,
    code: 'Forbidden',
    message: 'Caller is not authorized to perform this action',
    type: 'Kusto.DataNode.Exceptions.UnauthorizedDatabaseAccessException',
    detail,
    permanent: true,
  });
}

export function unauthorized(detail: string): ServiceError {
  return new ServiceError({
    status: 401,
    code: 'Unauthorized',
    message: 'Unauthorized',
    type: 'Kusto.Common.Svc.Exceptions.AuthenticationException',
    detail,
    permanent: true,
  });
}

export function throttled(detail: string): ServiceError {
  return new ServiceError({
    status: 429,
    code: 'TooManyRequests',
    message: 'Request is denied due to throttling.',
    type: 'Kusto.DataNode.Exceptions.ControlCommandThrottledException',
    detail,
    permanent: false,
  });
}

export function internalError(detail: string, status = 500): ServiceError {
  return new ServiceError({
    status,
    code: status === 503 ? 'Service_Unavailable' : 'General_InternalServerError',
    message: 'The service encountered an error. Please try again later.',
    type: 'Kusto.DataNode.Exceptions.InternalServerError',
    detail,
    permanent: false,
  });
}

/** The JSON body; `context` says which request it was, as the real service does. */
export function errorBody(details: ServiceErrorDetails, context: { at: number; clientRequestId: string }): string {
  const { code, message, type, detail, permanent } = details;
  return JSON.stringify({
    error: {
      code,
      message,
      '@type': type,
      '@message': detail,
      '@context': {
        timestamp: new Date(context.at).toISOString(),
        serviceAlias: 'FAKE',
        clientRequestId: context.clientRequestId,
        activityType: 'DN.FE.Execute',
      },
      '@permanent': permanent,
    },
  });
}
