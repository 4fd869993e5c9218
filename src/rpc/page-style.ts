// Owns: the style sheet of the start page.
// Called by: pages.ts.

export const pageStyle = `
:root {
  color-scheme: light dark;
  --back: #f6f6f3; --card: #ffffff; --line: #e2e1db; --text: #1d1e1b; --soft: #6a6b64; --accent: #0f766e; --on-accent: #ffffff; --flash: #ccefe9; --bad: #b42318;
  --mono: ui-monospace, "SF Mono", "Cascadia Mono", Menlo, Consolas, monospace;
}
@media (prefers-color-scheme: dark) {
  :root { --back: #141513; --card: #1d1f1c; --line: #30332e; --text: #ecece6; --soft: #9b9d94; --accent: #5eead4; --on-accent: #06231f; --flash: #15433c; --bad: #f97066; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--back); color: var(--text); font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
main { max-width: 68rem; margin: 0 auto; padding: 3rem 1.25rem 2rem; }
header { display: flex; flex-wrap: wrap; align-items: baseline; gap: .25rem 1rem; margin-bottom: 2rem; }
h1 { margin: 0; font-size: 1.75rem; letter-spacing: -.02em; }
header p { margin: 0; color: var(--soft); }
header .sealed { margin-left: auto; }
.sealed b { color: var(--text); font: 600 1em var(--mono); font-variant-numeric: tabular-nums; }
.lanes { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 27rem), 1fr)); gap: 1rem; }
.lane { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 1.25rem; display: flex; flex-direction: column; gap: 1rem; }
.title { display: flex; justify-content: space-between; align-items: flex-start; gap: 1rem; }
h2 { margin: 0; font-size: 1.15rem; overflow-wrap: anywhere; }
.title small { color: var(--soft); font-size: .85rem; }
.head { text-align: right; border-radius: 8px; padding: 0 .4rem; transition: background 1.2s ease-out; }
.head.new { background: var(--flash); transition: none; }
.head b { display: block; font: 600 1.5rem/1.2 var(--mono); font-variant-numeric: tabular-nums; }
.head small { display: block; color: var(--soft); font-size: .8rem; }
dl { display: grid; grid-template-columns: repeat(3, 1fr); gap: .5rem 1rem; margin: 0; }
dt { color: var(--soft); font-size: .8rem; }
dd { margin: 0; font-variant-numeric: tabular-nums; }
.url { display: flex; align-items: center; gap: .5rem; border: 1px solid var(--line); border-radius: 8px; padding: .35rem .35rem .35rem .7rem; }
.url + .url { margin-top: .5rem; }
.url code { flex: 1; min-width: 0; overflow-x: auto; white-space: nowrap; font: .85rem var(--mono); scrollbar-width: none; }
button { font: inherit; font-size: .85rem; border: 0; border-radius: 6px; padding: .3rem .7rem; cursor: pointer; background: transparent; color: var(--accent); }
button:hover { background: var(--flash); }
button.add { background: var(--accent); color: var(--on-accent); padding: .55rem 1rem; font-size: .95rem; font-weight: 600; border-radius: 8px; }
button.add:hover { filter: brightness(1.08); }
button:focus-visible, a:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
.note { margin: -.25rem 0 0; color: var(--soft); font-size: .85rem; }
.note:empty { display: none; }
.note.bad { color: var(--bad); }
footer { display: flex; flex-wrap: wrap; gap: .5rem 1.25rem; margin-top: 2rem; color: var(--soft); font-size: .9rem; }
a { color: var(--accent); text-decoration: none; }
a:hover { text-decoration: underline; }
@media (prefers-reduced-motion: reduce) { .head { transition: none; } }
`
