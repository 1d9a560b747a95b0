import { Html, html } from '../html.ts'

export interface PageOptions {
  readonly title: string
  readonly body: Html
  /** Lays the cookie dialog over the page. */
  readonly banner: boolean
  readonly scripts?: readonly string[]
}

/** A whole document. */
export function page({ title, body, banner, scripts = ['/site.js'] }: PageOptions): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title} · Marram</title>
<link rel="icon" href="/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/site.css">
${scripts.map((source) => html`<script type="module" src="${source}"></script>`)}
</head>
<body>
<a class="skip" href="#main">Skip to the content</a>
<header class="top">
  <a class="brand" href="/">${mark}<span>Marram</span></a>
  <nav aria-label="Main"><a href="/#how">How it works</a><a class="button small" href="/signup">Sign up</a></nav>
</header>
<main id="main">${body}</main>
<footer class="bottom">
  <p>Marram is an invented product: the demo site of RefBot. It runs on this machine alone and keeps its accounts in one file here.</p>
</footer>
${banner && cookieDialog}
</body>
</html>
`.text
}

const mark: Html = new Html(
  '<svg class="mark" viewBox="0 0 32 32" aria-hidden="true" focusable="false"><rect width="32" height="32" rx="9"/><path d="M9 24c0-7 1-12 3-16 1 5 1 10 0 16M16 24c0-6 2-11 6-15 0 6-2 11-4 15M5 24h22"/></svg>',
)

const cookieDialog = html`<div class="consent" data-consent>
  <div class="consent-box" role="dialog" aria-modal="true" aria-labelledby="consent-title" tabindex="-1">
    <h2 id="consent-title">Cookies on Marram</h2>
    <p>We use cookies that keep the site working and, if you agree, others that count visits.</p>
    <div class="consent-buttons">
      <button type="button" class="button" data-consent-choice="all">Accept all</button>
      <button type="button" class="button quiet" data-consent-choice="necessary">Only necessary</button>
    </div>
  </div>
</div>`
