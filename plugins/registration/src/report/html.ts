import type { BatchResult, Submission } from '../submission.ts'
import { escaped } from './markup.ts'

/** One page for people: the numbers, a row for each submission, its picture beside it. Pictures stand next to the file. */
export function toHtml({ submissions, summary }: BatchResult): string {
  const facts = [
    ['Succeeded', `${summary.succeeded} of ${summary.planned}`],
    ['Success rate', `${(summary.successRate * 100).toFixed(1)} %`],
    ['Median', duration(summary.p50DurationMs)],
    ['95th percentile', duration(summary.p95DurationMs)],
  ]
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Sign-ups at ${escaped(summary.url)}</title>
<style>${style}</style>
</head>
<body>
<main>
<h1>Sign-ups at <span class="url">${escaped(summary.url)}</span></h1>
<p class="run">Run ${escaped(summary.runId)}</p>
<dl class="facts">${facts.map(([name = '', value = '']) => `<div><dt>${escaped(name)}</dt><dd>${escaped(value)}</dd></div>`).join('')}</dl>
${submissions.map(article).join('\n')}
</main>
</body>
</html>
`
}

function article(submission: Submission): string {
  const {
    index,
    outcome,
    reason,
    durationMs,
    identity,
    steps,
    matched,
    attempts,
    screenshot,
    startedAt,
    trace,
    snapshot,
  } = submission
  const files = [trace, snapshot].flatMap((name) =>
    name === undefined ? [] : [`<a href="${escaped(name)}">${escaped(name)}</a>`],
  )
  const good = outcome === 'success'
  const through = attempts
    .map(({ proxy, fault }) => (fault === undefined ? proxy : `${proxy} (${fault})`))
    .join(', then ')
  const picture =
    screenshot === undefined
      ? ''
      : `<a class="picture" href="${escaped(screenshot)}"><img src="${escaped(screenshot)}" alt="The page at the end of submission ${index + 1}" loading="lazy"></a>`
  return `<article class="${good ? 'good' : 'bad'}">
<div>
<h2>${index + 1}. <span class="outcome">${escaped(outcome.replaceAll('_', ' '))}</span> <small>${escaped(duration(durationMs))}</small></h2>
<p>${escaped(reason)}</p>
<p class="fine">${escaped(`${identity.firstName} ${identity.lastName}, ${identity.email}`)}<br>through ${escaped(through || submission.proxy)}, <time>${escaped(new Date(startedAt).toISOString())}</time></p>
<p class="fine">${steps.map(({ name, durationMs: ms }) => `${escaped(name)} ${escaped(duration(ms))}`).join(' · ')}</p>
<details><summary>${matched.length} fields</summary><table><thead><tr><th>Field</th><th>Control</th><th>Evidence</th></tr></thead><tbody>
${matched.map(({ field, control, evidence, detail }) => `<tr><td>${escaped(field)}</td><td><code>${escaped(control)}</code></td><td>${escaped(`${evidence}: ${detail}`)}</td></tr>`).join('\n')}
</tbody></table></details>
${files.length === 0 ? '' : `<p class="fine">${files.join(' · ')}</p>`}
</div>
${picture}
</article>`
}

function duration(ms: number | undefined): string {
  if (ms === undefined) return 'none'
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(2)} s`
}

const style = `
:root{color-scheme:light dark;--line:#8884;--good:#1a7f4b;--bad:#b3261e;font:16px/1.5 system-ui,sans-serif}
@media (prefers-color-scheme:dark){:root{--good:#5fd398;--bad:#ff8a80}}
body{margin:0;padding:2rem 1rem}main{max-width:64rem;margin:auto}
h1{font-size:1.4rem;margin:0}.url{overflow-wrap:anywhere}.run,.fine,small{color:#777;font-size:.875rem}
.facts{display:flex;flex-wrap:wrap;gap:1rem 2.5rem;margin:1.5rem 0;padding:1rem 0;border-block:1px solid var(--line)}
.facts dt{color:#777;font-size:.875rem}.facts dd{margin:0;font-size:1.4rem;font-variant-numeric:tabular-nums}
article{display:flex;gap:1.5rem;justify-content:space-between;flex-wrap:wrap;padding:1rem 0;border-bottom:1px solid var(--line)}
article>div{flex:1 1 24rem;min-width:0}h2{font-size:1.05rem;margin:0}.good .outcome{color:var(--good)}.bad .outcome{color:var(--bad)}
p{margin:.35rem 0}.picture img{width:20rem;max-width:100%;border:1px solid var(--line);border-radius:.4rem}
table{border-collapse:collapse;font-size:.875rem;margin-top:.5rem}td,th{text-align:left;padding:.2rem .8rem .2rem 0;vertical-align:top}
code{overflow-wrap:anywhere}
`
