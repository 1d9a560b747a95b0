import { type Html, html } from '../html.ts'

const entries: readonly { readonly day: string; readonly text: string; readonly who: string }[] = [
  { day: 'Mon', text: 'Moved the greenhouse sensors to the new hub.', who: 'Ines' },
  { day: 'Tue', text: 'Bed 4 too dry again. Valve replaced.', who: 'Tomás' },
  { day: 'Thu', text: 'First tomatoes. Photo in the album.', who: 'Ines' },
]

export const landing: Html = html`
<section class="hero">
  <div>
    <h1>One logbook for everyone who looks after the place.</h1>
    <p class="lead">Write down what you did and what you saw. The next person on duty reads it before they start.</p>
    <p class="actions"><a class="button" href="/signup">Create an account</a><a class="link" href="#how">How it works</a></p>
  </div>
  <ol class="log" aria-label="Three entries of a logbook">
    ${entries.map(({ day, text, who }) => html`<li><span class="day">${day}</span><p>${text}<span class="who">${who}</span></p></li>`)}
  </ol>
</section>
<section id="how" class="steps" aria-labelledby="how-title">
  <h2 id="how-title">How it works</h2>
  <ul>
    <li><h3>Start a book</h3><p>One for each place: a garden, a boat, a workshop, a hut.</p></li>
    <li><h3>Share it</h3><p>Whoever has the link may read. Whoever you invite may write.</p></li>
    <li><h3>Look it up</h3><p>Search by day, by person or by a word. Nothing is ever overwritten.</p></li>
  </ul>
</section>`
