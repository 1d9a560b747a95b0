/** `/site.css`. Both colour schemes from one set of names; text keeps a contrast of at least 4.5 to 1. */
export const style = `:root {
  color-scheme: light dark;
  --ground: #f4f6f1; --surface: #ffffff; --ink: #1c2a25; --soft: #55645d; --line: #c5cfc8; --control: #7d8b84;
  --accent: #0e6a50; --accent-strong: #0a523e; --on-accent: #ffffff; --tint: #e3efe8;
  --danger: #a3241b; --danger-tint: #fbeae8; --shadow: 0 1px 2px #1c2a2514, 0 12px 32px #1c2a2512;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #101614; --surface: #19211e; --ink: #e7eee9; --soft: #a3b1aa; --line: #35423c; --control: #7c8a83;
    --accent: #6fd0ab; --accent-strong: #92dfc1; --on-accent: #08251a; --tint: #1d3029;
    --danger: #ff9d92; --danger-tint: #3a1f1d; --shadow: 0 1px 2px #0006, 0 12px 32px #0005;
  }
}
*, ::before, ::after { box-sizing: border-box; }
[hidden] { display: none !important; }
html { -webkit-text-size-adjust: 100%; scroll-behavior: smooth; }
body {
  margin: 0; min-height: 100vh; display: flex; flex-direction: column; background: var(--ground); color: var(--ink);
  font: 1rem/1.55 system-ui, "Segoe UI", Roboto, "Liberation Sans", sans-serif; overflow-wrap: break-word;
}
h1, h2, h3 { line-height: 1.15; letter-spacing: -0.015em; text-wrap: balance; margin: 0; }
h1 { font-size: clamp(1.9rem, 1.3rem + 2.4vw, 3rem); }
h2 { font-size: 1.4rem; }
h3 { font-size: 1.05rem; }
p, ul, ol { margin: 0; }
a { color: var(--accent); text-underline-offset: 0.2em; }
a:hover { color: var(--accent-strong); }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; border-radius: 4px; }
[tabindex="-1"]:focus { outline: none; }
.skip { position: absolute; left: -999px; }
.skip:focus { left: 1rem; top: 1rem; background: var(--surface); padding: 0.5rem 1rem; z-index: 3; }

.top, main, .bottom { width: 100%; max-width: 70rem; margin-inline: auto; padding-inline: clamp(1rem, 4vw, 2rem); }
.top { display: flex; align-items: center; justify-content: space-between; gap: 1rem; padding-block: 1.1rem; }
.top nav { display: flex; align-items: center; gap: 1.25rem; }
.top nav a:not(.button) { display: none; color: var(--soft); text-decoration: none; }
.top nav a:not(.button):hover { color: var(--ink); }
.brand { display: inline-flex; align-items: center; gap: 0.6rem; font-weight: 700; font-size: 1.15rem; color: var(--ink); text-decoration: none; }
.mark { width: 2rem; height: 2rem; }
.mark rect { fill: var(--accent); }
.mark path { fill: none; stroke: var(--on-accent); stroke-width: 2; stroke-linecap: round; stroke-linejoin: round; }
main { flex: 1; padding-block: clamp(1.5rem, 5vw, 4rem); }
.bottom p { padding-block: 1.5rem 2rem; color: var(--soft); font-size: 0.875rem; border-top: 1px solid var(--line); }

.button {
  display: inline-block; border: 1px solid transparent; border-radius: 0.6rem; padding: 0.7rem 1.2rem; font: inherit; font-weight: 600;
  line-height: 1.3; text-align: center; white-space: nowrap; text-decoration: none; cursor: pointer; background: var(--accent); color: var(--on-accent);
}
.button:hover { background: var(--accent-strong); color: var(--on-accent); }
.button:disabled { background: var(--line); color: var(--soft); cursor: not-allowed; }
.button.small { padding: 0.45rem 0.9rem; }
.button.wide { width: 100%; }
.button.quiet { background: transparent; border-color: var(--control); color: var(--ink); }
.button.quiet:hover { background: var(--tint); }
.link { font-weight: 600; }

.hero { display: grid; gap: 2.5rem; align-items: center; }
.hero > div { display: grid; gap: 1.25rem; }
.lead { font-size: 1.15rem; color: var(--soft); max-width: 34rem; }
.actions { display: flex; flex-wrap: wrap; align-items: center; gap: 0.75rem 1.5rem; }
.log { list-style: none; padding: 0.5rem 1.5rem; background: var(--surface); border: 1px solid var(--line); border-radius: 1rem; box-shadow: var(--shadow); }
.log li { display: flex; gap: 1rem; padding-block: 1rem; border-bottom: 1px solid var(--line); }
.log li:last-child { border-bottom: 0; }
.day { flex: none; width: 3.25rem; height: 2rem; line-height: 2rem; text-align: center; border-radius: 0.5rem; background: var(--tint); color: var(--accent); font-weight: 700; font-size: 0.85rem; }
.who { display: block; color: var(--soft); font-size: 0.875rem; }
.steps { margin-top: clamp(2.5rem, 7vw, 5rem); display: grid; gap: 1.5rem; scroll-margin-top: 1rem; }
.steps ul { list-style: none; padding: 0; display: grid; gap: 1.5rem; }
.steps li { border-top: 2px solid var(--accent); padding-top: 1rem; }
.steps li p { color: var(--soft); margin-top: 0.35rem; }

.split { display: grid; gap: 2rem; align-items: start; }
.pitch { display: grid; gap: 1rem; }
.pitch p { color: var(--soft); font-size: 1.1rem; }
.ticks { list-style: none; padding: 0; display: none; gap: 0.5rem; }
.ticks li { padding-left: 1.75rem; position: relative; }
.ticks li::before { content: "✓"; position: absolute; left: 0; color: var(--accent); font-weight: 700; }
.card { background: var(--surface); border: 1px solid var(--line); border-radius: 1rem; box-shadow: var(--shadow); padding: clamp(1.25rem, 4vw, 2rem); }
.narrow { max-width: 34rem; margin-inline: auto; display: grid; gap: 1rem; }
.narrow h1 { font-size: 1.9rem; }
.done { width: 3rem; height: 3rem; line-height: 3rem; border-radius: 50%; text-align: center; font-weight: 700; background: var(--tint); color: var(--accent); }
code { font: 0.875em ui-monospace, "Liberation Mono", monospace; overflow-wrap: anywhere; }

.sign-up { display: grid; gap: 1.15rem; }
.field { display: grid; gap: 0.35rem; align-content: start; }
.field label { font-weight: 600; }
.hint { color: var(--soft); font-size: 0.9rem; font-weight: 400; }
.block { display: block; }
.field label > .hint { margin-block: 0.35rem; }
.field input:not([type="checkbox"]), .field select {
  width: 100%; min-height: 2.9rem; padding: 0.6rem 0.8rem; font: inherit; font-weight: 400; color: var(--ink); background: var(--surface);
  border: 1px solid var(--control); border-radius: 0.6rem;
}
.field select {
  appearance: none; padding-right: 2.4rem; background-repeat: no-repeat; background-size: 0.4rem 0.4rem;
  background-image: linear-gradient(45deg, transparent 50%, var(--soft) 50%), linear-gradient(-45deg, transparent 50%, var(--soft) 50%);
  background-position: right 1.25rem center, right 0.86rem center;
}
.field input:focus-visible, .field select:focus-visible { outline-offset: 0; border-color: var(--accent); border-radius: 0.6rem; }
.field :is(input, select)[aria-invalid="true"] { border-color: var(--danger); }
.reveal { position: relative; display: block; }
.reveal input { padding-right: 4.5rem !important; }
.reveal-button { position: absolute; inset: 0.3rem 0.3rem 0.3rem auto; padding: 0 0.75rem; border: 0; border-radius: 0.4rem; background: transparent; color: var(--accent); font: inherit; font-weight: 600; font-size: 0.9rem; cursor: pointer; }
.check { grid-template-columns: auto 1fr; align-items: center; column-gap: 0.7rem; }
.check input { width: 1.2rem; height: 1.2rem; margin: 0; accent-color: var(--accent); }
.check label { font-weight: 400; }
.check label:has(input) { grid-column: 1 / -1; display: flex; align-items: center; gap: 0.7rem; }
.check .error { grid-column: 1 / -1; }
.extra { position: absolute; left: -9999px; width: 1px; height: 1px; overflow: hidden; }
.error { color: var(--danger); font-size: 0.9rem; }
.error-summary { background: var(--danger-tint); border-left: 4px solid var(--danger); border-radius: 0.4rem; padding: 0.9rem 1.1rem; }
.error-summary p { font-weight: 600; }
.error-summary ul { padding-left: 1.1rem; }
.error-summary a { color: inherit; }
.progress { color: var(--soft); font-size: 0.9rem; }
.captcha img { width: 100%; max-width: 15rem; height: auto; border: 1px solid var(--line); border-radius: 0.6rem; background: #fff; }

.consent { position: fixed; inset: 0; z-index: 2; display: grid; place-items: end center; padding: 1rem; background: #0b12108c; }
.consent-box { width: 100%; max-width: 44rem; display: grid; gap: 0.9rem; background: var(--surface); border: 1px solid var(--line); border-radius: 1rem; padding: 1.5rem; box-shadow: var(--shadow); }
.consent-buttons { display: flex; flex-wrap: wrap; gap: 0.75rem; }

@media (min-width: 30rem) { .top nav a:not(.button) { display: inline; } }
@media (min-width: 48rem) {
  .hero { grid-template-columns: 1.15fr 1fr; gap: 4rem; }
  .steps ul { grid-template-columns: repeat(3, 1fr); gap: 2rem; }
  .split { grid-template-columns: 1fr minmax(24rem, 30rem); gap: 4rem; }
  .pitch { position: sticky; top: 2rem; padding-top: 1rem; }
  .ticks { display: grid; }
}
@media (prefers-reduced-motion: reduce) { html { scroll-behavior: auto; } }
`
