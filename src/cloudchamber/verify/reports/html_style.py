"""How the HTML page looks, in light and dark, and the little that it does."""

from __future__ import annotations

STYLE = """
:root {
  color-scheme: light dark;
  --page: #f6f7f9; --card: #ffffff; --ink: #1c2330; --soft: #5d6878; --line: #e1e5eb; --code: #f1f3f6;
  --good: #17803d; --good-soft: #e3f5e9; --bad: #c2262e; --bad-soft: #fdeaea; --accepted: #93600a; --accepted-soft: #fdf2dc;
  --unknown: #5d6878; --unknown-soft: #eceff3; --accent: #2f5fd0; --strike: #a85d00; --strike-soft: #fff1d6;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #10141b; --card: #181e27; --ink: #e4e8ee; --soft: #97a3b4; --line: #2a323e; --code: #10151d;
    --good: #5fd38a; --good-soft: #143322; --bad: #ff7b7f; --bad-soft: #3d1a1d; --accepted: #f0b756; --accepted-soft: #38290d;
    --unknown: #97a3b4; --unknown-soft: #252d38; --accent: #8db2ff; --strike: #ffc25c; --strike-soft: #3a2a0b;
  }
}
* { box-sizing: border-box }
body { margin: 0; background: var(--page); color: var(--ink); font: 15px/1.55 system-ui, -apple-system, "Segoe UI", sans-serif }
main { max-width: 1040px; margin: 0 auto; padding: 40px 24px 80px }
header { display: flex; gap: 20px; align-items: flex-start; justify-content: space-between; flex-wrap: wrap; margin-bottom: 24px }
h1 { font-size: 26px; line-height: 1.25; margin: 0; letter-spacing: -.01em; overflow-wrap: anywhere }
h1 small { font-weight: 400; color: var(--soft); font-size: .75em; margin-left: .4em }
h2 { font-size: 17px; margin: 40px 0 12px }
h3 { font-size: 12px; margin: 22px 0 8px; color: var(--soft); letter-spacing: .06em; text-transform: uppercase; font-weight: 600 }
p { margin: 0 } .soft { color: var(--soft) }
.numbers { color: var(--soft); margin-top: 4px }
.conclusion { padding: 8px 16px; border-radius: 10px; font-weight: 600 }
.good { color: var(--good) } .bad { color: var(--bad) } .accepted { color: var(--accepted) } .unknown { color: var(--unknown) }
.pill { display: inline-block; padding: 2px 10px; border-radius: 99px; font-size: 13px; font-weight: 600; white-space: nowrap }
.good.pill, .good.conclusion { background: var(--good-soft) } .bad.pill, .bad.conclusion { background: var(--bad-soft) }
.accepted.pill { background: var(--accepted-soft) } .unknown.pill { background: var(--unknown-soft) }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 12px; overflow: hidden }
.scroll { overflow-x: auto }
table { width: 100%; border-collapse: collapse }
th { text-align: left; font-size: 12px; font-weight: 600; color: var(--soft); padding: 12px 16px; white-space: nowrap }
td { padding: 12px 16px; border-top: 1px solid var(--line); vertical-align: top }
td.count, th.count { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap }
td.handler { font-weight: 600; overflow-wrap: anywhere } td.handler a { color: inherit }
details.finding { margin-bottom: 12px }
details.finding > summary {
  list-style: none; cursor: pointer; padding: 14px 18px; display: flex; gap: 12px; align-items: baseline
}
details.finding > summary::-webkit-details-marker { display: none }
details.finding > summary::before { content: "▸"; color: var(--soft); transition: transform .12s; display: inline-block }
details.finding[open] > summary::before { transform: rotate(90deg) }
details.finding[open] > summary { border-bottom: 1px solid var(--line) }
summary .what { color: var(--soft); margin-left: auto; text-align: right; overflow-wrap: anywhere }
summary:focus-visible, a:focus-visible, button:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px }
.inside { padding: 0 18px 20px }
ul.plain, ol.advice { margin: 0; padding: 0; list-style: none }
ul.when li::before { content: "⚡"; margin-right: 8px } ul.when li { font-weight: 600 }
table.differences { border: 1px solid var(--line); border-radius: 8px; border-collapse: separate; border-spacing: 0 }
table.differences td { padding: 8px 12px; overflow-wrap: anywhere } table.differences tr:first-child td { border-top: 0 }
td.sign { width: 1px; font-weight: 700; font-family: ui-monospace, monospace; text-align: center }
.more { color: var(--accepted) } .less { color: var(--bad) } .other { color: var(--accent) }
.values { font: 12.5px/1.5 ui-monospace, SFMono-Regular, Menlo, monospace; color: var(--soft); margin-top: 2px }
.values del { color: var(--good); text-decoration: none } .values ins { color: var(--bad); text-decoration: none }
.trace { margin: 0; padding: 12px 14px; border-radius: 8px; background: var(--code); overflow-x: auto;
  font: 12.5px/1.65 ui-monospace, SFMono-Regular, Menlo, monospace; border: 1px solid var(--line) }
.trace span { white-space: pre } .trace .row { display: block; width: max-content; min-width: 100% }
.trace .at { color: var(--soft); display: inline-block; min-width: 9.5em; text-align: right; margin-right: 1.4em }
.trace .branch { color: var(--soft) } .trace .error { color: var(--bad) }
.trace .folded { color: var(--soft); font-style: italic }
.trace .struck { background: var(--strike-soft); border-radius: 4px } .trace .fault { color: var(--strike); font-weight: 700 }
ol.advice li { padding-left: 14px; border-left: 3px solid var(--accent); margin-bottom: 14px }
ol.advice b { display: block } a { color: var(--accent); text-underline-offset: 2px }
.command { display: flex; gap: 10px; align-items: center; background: var(--code); border: 1px solid var(--line);
  border-radius: 8px; padding: 8px 8px 8px 14px }
.command code { flex: 1; overflow-x: auto; white-space: pre; font: 13px ui-monospace, SFMono-Regular, Menlo, monospace }
button { font: inherit; font-size: 13px; padding: 4px 12px; border-radius: 6px; border: 1px solid var(--line);
  background: var(--card); color: var(--ink); cursor: pointer }
.notes li { color: var(--soft); margin-bottom: 4px }
@media (max-width: 640px) {
  main { padding: 24px 14px 60px } details.finding > summary { flex-wrap: wrap } summary .what { margin: 0; text-align: left }
  td, th { padding: 10px }
}
@media print { details.finding > summary::before, button { display: none } body { background: #fff } }
"""

SCRIPT = """
for (const button of document.querySelectorAll("button[data-copies]"))
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(button.previousElementSibling.textContent);
    button.textContent = "Copied";
    setTimeout(() => { button.textContent = "Copy" }, 1500);
  });
const show = () => {
  const wanted = location.hash && document.getElementById(location.hash.slice(1));
  if (wanted && wanted.tagName === "DETAILS") { wanted.open = true; wanted.scrollIntoView() }
};
addEventListener("hashchange", show); show();
"""
