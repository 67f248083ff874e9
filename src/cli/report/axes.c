/* SPDX-License-Identifier: MIT */
#include "cli/report/chart.h"

#include <math.h>

void lnt_html_figure_begin(lnt_html *html, const char *id, const char *class, const char *title,
                           const char *note)
{
    lnt_html_put(html, "<figure id=\"%s\" class=\"%s\">\n<figcaption><h3>", id, class);
    lnt_html_escape(html, title);
    lnt_html_put(html, "</h3>");
    if (note != NULL) {
        lnt_html_put(html, "<p>");
        lnt_html_escape(html, note);
        lnt_html_put(html, "</p>");
    }
    lnt_html_put(html, "</figcaption>\n");
}

void lnt_html_drawing_begin(lnt_html *html, const char *id, const char *title, int height)
{
    lnt_html_put(html,
                 "<svg class=\"chart\" viewBox=\"0 0 %d %d\" role=\"img\" "
                 "aria-labelledby=\"%s-name\">\n<title id=\"%s-name\">",
                 LNT_HTML_CHART_WIDTH, height, id, id);
    lnt_html_escape(html, title);
    lnt_html_put(html, "</title>\n");
}

void lnt_html_drawing_end(lnt_html *html)
{
    lnt_html_put(html, "</svg>\n");
}

void lnt_html_figure_end(lnt_html *html)
{
    lnt_html_put(html, "</figure>\n");
}

/* Every how many ticks there is room for a label below. */
static size_t labels_separate(const lnt_html_axis *x)
{
    if (x->n_ticks < 2) {
        return 1;
    }
    const double room = lnt_html_axis_at(x, x->ticks[1]) - lnt_html_axis_at(x, x->ticks[0]);
    const double label = LNT_HTML_CHARACTER * (double) (lnt_html_axis_width(x) + 1);
    return room > label ? 1 : (size_t) fmin(ceil(label / room), (double) x->n_ticks);
}

void lnt_html_axes_put(lnt_html *html, const lnt_html_axis *x, const lnt_html_axis *y,
                       const char *x_name, const char *y_name)
{
    lnt_html_put(html, "<g class=\"axis\">\n<path class=\"grid\" d=\"");
    for (size_t i = 0; i < y->n_ticks; i++) {
        lnt_html_put(html, "M%.1f %.1fH%.1f", x->from, lnt_html_axis_at(y, y->ticks[i]), x->to);
    }
    lnt_html_put(html, "\"/>\n<path class=\"ticks\" d=\"M%.1f %.1fH%.1f", x->from, y->from, x->to);
    for (size_t i = 0; i < x->n_ticks; i++) {
        lnt_html_put(html, "M%.1f %.1fv5", lnt_html_axis_at(x, x->ticks[i]), y->from);
    }
    lnt_html_put(html, "\"/>\n");
    for (size_t i = 0; i < y->n_ticks; i++) {
        char label[LNT_HTML_NUMBER_MAX];
        lnt_html_put(html, "<text class=\"end\" x=\"%.1f\" y=\"%.1f\">%s</text>\n", x->from - 8,
                     lnt_html_axis_at(y, y->ticks[i]) + 4, lnt_html_axis_label(y, i, label));
    }
    for (size_t i = 0; i < x->n_ticks; i += labels_separate(x)) {
        char label[LNT_HTML_NUMBER_MAX];
        lnt_html_put(html, "<text class=\"middle\" x=\"%.1f\" y=\"%.1f\">%s</text>\n",
                     lnt_html_axis_at(x, x->ticks[i]), y->from + 19,
                     lnt_html_axis_label(x, i, label));
    }
    lnt_html_put(html, "<text class=\"name\" x=\"2\" y=\"13\">");
    lnt_html_escape(html, y_name);
    lnt_html_put(html, "</text>\n<text class=\"name middle\" x=\"%.1f\" y=\"%.1f\">",
                 (x->from + x->to) / 2, y->from + 37);
    lnt_html_escape(html, x_name);
    lnt_html_put(html, "</text>\n</g>\n");
}
