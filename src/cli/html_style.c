/* SPDX-License-Identifier: MIT */
#include "html_parts.h"

/*
 * Colours are Okabe and Ito's, deepened for a light ground and lightened for a dark one; lines also
 * differ by dashes. Charts are drawn 460 units wide and scaled, so their letters have sizes by the
 * width that they really get.
 */

const char *const lnt_html_style[] = {
    /* colours */
    ":root{color-scheme:light dark;"
    "--ground:#f5f6f8;--card:#fff;--ink:#1a222c;--soft:#55616f;--line:#dde2e8;--strong:#8a96a3;"
    "--k0:#0067a5;--k1:#c24e00;--k2:#00795b;--k3:#a63d86;--k4:#836400;--k5:#4b5563;"
    "--right:#08519c;--wrong:#a63c00;--on-strong:#fff;"
    "}\n@media screen and (prefers-color-scheme:dark){:root{"
    "--ground:#101419;--card:#181e25;--ink:#e4e9ef;--soft:#9ca9b7;--line:#2b343f;"
    "--strong:#6b7886;"
    "--k0:#5cb3ec;--k1:#ff9d5c;--k2:#35c79c;--k3:#e48cc6;--k4:#dcbb4a;--k5:#b4bdc8;"
    "--right:#6cb4f5;--wrong:#f59a4c;--on-strong:#0a0e13;"
    "}}\n",

    /* page */
    "*{box-sizing:border-box}\n"
    "html{-webkit-text-size-adjust:100%;text-size-adjust:100%}\n"
    "body{margin:0;background:var(--ground);color:var(--ink);"
    "font:16px/1.5 system-ui,-apple-system,\"Segoe UI\",Roboto,\"Helvetica Neue\",\"Noto Sans\","
    "Arial,sans-serif;font-variant-numeric:tabular-nums}\n"
    "main{max-width:1560px;margin:0 auto;padding:clamp(20px,4vw,44px) clamp(14px,3vw,36px)}\n"
    "h1{font-size:clamp(1.5rem,1.1rem + 1.8vw,2.25rem);line-height:1.2;margin:0;"
    "letter-spacing:-.015em;overflow-wrap:anywhere}\n"
    "h2{font-size:1.25rem;line-height:1.3;margin:2.6rem 0 1rem;letter-spacing:-.01em}\n"
    "h3{font-size:1rem;line-height:1.35;margin:0;overflow-wrap:anywhere}\n"
    "p{margin:0}\n"
    ".kind{color:var(--soft);font-size:.8125rem;letter-spacing:.06em;text-transform:uppercase;"
    "margin-bottom:.25rem}\n"
    ".task{color:var(--soft);margin-top:.4rem;overflow-wrap:anywhere}\n"
    ".task b{color:var(--ink);font-weight:600}\n"
    "footer{color:var(--soft);font-size:.8125rem;margin-top:2.6rem}\n"
    ".tiles{display:grid;grid-template-columns:1fr 1fr;gap:12px;margin:1.5rem 0 0}\n"
    "@media (min-width:640px){.tiles{grid-template-columns:repeat(4,1fr)}}\n"
    "@media (min-width:1400px){.tiles{grid-template-columns:none;grid-auto-flow:column;"
    "grid-auto-columns:1fr}}\n"
    ".tile,figure,.table,details{background:var(--card);border:1px solid var(--line);"
    "border-radius:10px}\n"
    ".tile{padding:12px 14px 13px;min-width:0}\n"
    ".tile dt{color:var(--soft);font-size:.8125rem}\n"
    ".tile dd{margin:0}\n"
    ".tile b{display:block;font-size:1.375rem;font-weight:650;line-height:1.35;"
    "letter-spacing:-.01em;overflow-wrap:anywhere}\n"
    ".tile span{display:block;color:var(--soft);font-size:.8125rem;line-height:1.4;"
    "overflow-wrap:anywhere}\n",

    /* figures */
    ".figures,.tables{display:grid;gap:16px;grid-template-columns:minmax(0,1fr)}\n"
    "@media (min-width:720px){.figures,.tables{grid-template-columns:repeat(2,minmax(0,1fr))}}\n"
    "@media (min-width:1320px){.figures,.tables{grid-template-columns:repeat(3,minmax(0,1fr))}}\n"
    ".tables{align-items:start}\n"
    ".figures+.tables,.figures+details{margin-top:16px}\n"
    "figure{margin:0;padding:16px 18px 12px;min-width:0;container-type:inline-size;"
    "display:flex;flex-direction:column}\n"
    "figcaption p,.table>p{color:var(--soft);font-size:.84375rem;line-height:1.45;"
    "margin-top:.15rem}\n"
    ".legend{display:flex;flex-wrap:wrap;gap:.1rem 1rem;list-style:none;margin:.55rem 0 0;"
    "padding:0;font-size:.84375rem}\n"
    ".legend li{display:flex;align-items:center;gap:.45rem}\n"
    ".key{width:30px;height:10px;flex:none}\n"
    ".key.narrow{width:10px;height:14px}\n"
    ".chart{display:block;width:100%;height:auto;margin-top:auto;padding-top:10px;"
    "overflow:visible;"
    "font-size:15.5px}\n"
    "@container (min-width:360px){.chart{font-size:14px}}\n"
    "@container (min-width:400px){.chart{font-size:13px}}\n"
    "@container (min-width:480px){.chart{font-size:12px}}\n"
    "@container (min-width:580px){.chart{font-size:10.5px}}\n"
    ".chart text{fill:var(--soft)}\n"
    ".chart .end{text-anchor:end}\n"
    ".chart .middle{text-anchor:middle}\n"
    ".grid,.ticks,.best,.ideal,.whisker,.line,.dots,.points{fill:none}\n"
    ".grid{stroke:var(--line);stroke-width:1}\n"
    ".ticks{stroke:var(--strong);stroke-width:1}\n"
    ".best,.ideal{stroke:var(--soft);stroke-width:1.3;stroke-dasharray:4 3}\n"
    ".whisker{stroke:var(--soft);stroke-width:1.3}\n"
    ".line{stroke-width:2;stroke-linejoin:round;stroke-linecap:round}\n"
    ".long{stroke-width:1.2}\n"
    ".dots{stroke-width:5;stroke-linecap:round;stroke-dasharray:none!important}\n"
    ".points{stroke-width:5;stroke-linecap:round;stroke-opacity:.45}\n"
    ".point{fill:var(--k0);fill-opacity:.5;stroke:none!important}\n"
    ".dot{fill:var(--k0);stroke:none!important}\n"
    ".bars rect{fill:var(--k0);fill-opacity:.75}\n"
    ".bars rect:hover{fill-opacity:1}\n"
    ".hover rect{fill:var(--ink);fill-opacity:0}\n"
    ".hover rect:hover{fill-opacity:.1}\n",

    /* lines */
    ".s0,.s6{stroke:var(--k0)}.s1,.s7{stroke:var(--k1)}.s2,.s8{stroke:var(--k2)}\n"
    ".s3,.s9{stroke:var(--k3)}.s4,.s10{stroke:var(--k4)}.s5,.s11{stroke:var(--k5)}\n"
    ".s1,.s5,.s9{stroke-dasharray:7 4.5}\n"
    ".s2,.s6,.s10{stroke-dasharray:.1 4.2}\n"
    ".s3,.s7,.s11{stroke-dasharray:10 4.5 .1 4.5}\n",

    /* cells of a matrix */
    ".c0,.e0{fill:var(--ground)}\n"
    ".cells text{fill:var(--ink);pointer-events:none}\n"
    ".cells .on-strong{fill:var(--on-strong)}\n"
    ".cells .small{font-size:.8em;opacity:.85}\n"
    ".cells rect:hover{stroke:var(--ink);stroke-width:1.5}\n"
    ".c1{fill:color-mix(in srgb,var(--right) 10%,var(--card))}"
    ".e1{fill:color-mix(in srgb,var(--wrong) 12%,var(--card))}\n"
    ".c2{fill:color-mix(in srgb,var(--right) 17%,var(--card))}"
    ".e2{fill:color-mix(in srgb,var(--wrong) 18%,var(--card))}\n"
    ".c3{fill:color-mix(in srgb,var(--right) 25%,var(--card))}"
    ".e3{fill:color-mix(in srgb,var(--wrong) 25%,var(--card))}\n"
    ".c4{fill:color-mix(in srgb,var(--right) 33%,var(--card))}"
    ".e4{fill:color-mix(in srgb,var(--wrong) 33%,var(--card))}\n"
    ".c5{fill:color-mix(in srgb,var(--right) 41%,var(--card))}"
    ".e5{fill:color-mix(in srgb,var(--wrong) 41%,var(--card))}\n"
    ".c6{fill:color-mix(in srgb,var(--right) 50%,var(--card))}"
    ".e6{fill:color-mix(in srgb,var(--wrong) 50%,var(--card))}\n"
    ".c7{fill:color-mix(in srgb,var(--right) 82%,var(--card))}"
    ".e7{fill:color-mix(in srgb,var(--wrong) 82%,var(--card))}\n"
    ".c8{fill:color-mix(in srgb,var(--right) 91%,var(--card))}"
    ".e8{fill:color-mix(in srgb,var(--wrong) 91%,var(--card))}\n"
    ".c9{fill:var(--right)}.e9{fill:var(--wrong)}\n",

    /* tables */
    ".table{padding:16px 18px 14px;min-width:0}\n"
    "details{padding:0 18px;margin-top:16px}\n"
    "summary{cursor:pointer;padding:12px 0;font-weight:600}\n"
    "details .scroll{max-height:480px;overflow:auto;margin-bottom:14px}\n"
    ".scroll{overflow-x:auto;margin-top:.5rem}\n"
    "table{border-collapse:collapse;width:100%;font-size:.875rem;line-height:1.4}\n"
    "th,td{padding:5px 0 5px 14px;text-align:right;vertical-align:top;"
    "border-top:1px solid var(--line)}\n"
    "thead th{border-top:0;color:var(--soft);font-weight:500;vertical-align:bottom}\n"
    "th:first-child,td:first-child{padding-left:0;text-align:left}\n"
    "tbody th{font-weight:500;overflow-wrap:anywhere;min-width:5.5em}\n"
    "td{white-space:nowrap}\n"
    ".text{text-align:left;white-space:normal}\n"
    ".pairs td{overflow-wrap:anywhere}\n"
    ".layers tbody th{min-width:0}\n"
    ".pairs th{color:var(--soft);font-weight:400;width:38%}\n"
    ".pairs tr:first-child>*{border-top:0}\n"
    "@media (max-width:520px){table{font-size:.78125rem}th,td{padding-left:8px}"
    "figure,.table{padding:14px 14px 12px}details{padding:0 14px}}\n"
    ".epochs thead th{position:sticky;top:0;background:var(--card)}\n"
    ".best-row>*{background:color-mix(in srgb,var(--right) 12%,var(--card))}\n",

    /* paper */
    "@media print{:root{--ground:#fff;color-scheme:light}body{font-size:12px}"
    "main{padding:0}figure,.table,.tile{break-inside:avoid}h2{break-after:avoid}"
    ".figures,.tables{grid-template-columns:1fr 1fr}"
    "*{-webkit-print-color-adjust:exact;print-color-adjust:exact}}\n",
    NULL,
};
