/**
 * Said wherever TLS leads away from this machine: by default NODE_TLS_REJECT_UNAUTHORIZED=0 would let any certificate
 * pass, and with it anybody serve a document in a site's name.
 */
export const VALIDATED = { rejectUnauthorized: true } as const
