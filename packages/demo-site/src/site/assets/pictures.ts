/** `/icon.svg`. */
export const icon =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="9" fill="#0e6a50"/><path d="M9 24c0-7 1-12 3-16 1 5 1 10 0 16M16 24c0-6 2-11 6-15 0 6-2 11-4 15M5 24h22" fill="none" stroke="#fff" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"/></svg>'

/** `/captcha.svg`: letters as strokes. It stands for a challenge; no answer to it is accepted. */
export const captcha =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 240 80"><rect width="240" height="80" fill="#fff"/><g fill="none" stroke="#3b4a44" stroke-width="5" stroke-linecap="round"><path d="M30 60 38 22l20 36 6-38"/><path d="M92 24c-22 2-20 36 4 32"/><path d="m118 60 12-36 14 34m-22-12 18-2"/><path d="m168 22 2 36c22 2 24-12 2-18 18-4 16-20-4-18"/><path d="m206 58 4-38 14 8"/></g><g fill="none" stroke="#8a9a92" stroke-width="2"><path d="M8 50c60-50 90 40 224-18M12 22c90 60 120-30 216 40"/></g></svg>'

/** `/robots.txt`: pages may be looked at, the API need not. */
export const robots = 'User-agent: *\nDisallow: /api/\nAllow: /\n'
