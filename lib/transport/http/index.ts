/** HTTP for providers: one client an account, answers with bounded bodies, downloads, errors in sentences. */

export { basicAuth, HttpClient } from './client';
export type { HttpClientOptions, HttpHead, HttpRequest } from './client';
export type { Download, DownloadTarget } from './download';
export { connectionError, hostOf, printable, statusError, uncertainError } from './failure';
export type { Place } from './failure';
export { fileNameOf, safeFileName } from './file-name';
export { HttpResponse } from './response';
