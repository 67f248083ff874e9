/* SPDX-License-Identifier: MIT */
#include "html_classes.h"

#include <math.h>
#include <stdlib.h>

#define CLASSES_MOST 60 /* of the table; of more those with the least recall */
#define PAIRS_MOST 8

/* One class. */
typedef struct class_row {
    size_t index;
    size_t rows;
    size_t predicted;
    size_t correct;
} class_row;

static double ratio(size_t part, size_t whole)
{
    return whole > 0 ? (double) part / (double) whole : NAN;
}

/* By recall, the least first, and those without rows at the end. */
static int by_recall(const void *a, const void *b)
{
    const class_row *one = a, *other = b;
    const double x = one->rows > 0 ? ratio(one->correct, one->rows) : 2;
    const double y = other->rows > 0 ? ratio(other->correct, other->rows) : 2;
    if (x != y) {
        return x < y ? -1 : 1;
    }
    return one->index < other->index ? -1 : 1;
}

static void put_share(lnt_html *html, double share)
{
    char text[LNT_HTML_NUMBER_MAX];
    lnt_html_put(html, "<td>%s</td>", lnt_html_share(share, text));
}

static void put_name(lnt_html *html, const lnt_cli_html_report *report, size_t c)
{
    char room[24];
    lnt_html_put(html, "<th scope=\"row\">");
    lnt_html_escape(html, lnt_html_class_name(report, c, room));
    lnt_html_put(html, "</th>");
}

static void put_class(lnt_html *html, const lnt_cli_html_report *report, const class_row *one)
{
    char text[LNT_HTML_NUMBER_MAX];
    lnt_html_put(html, "<tr>");
    put_name(html, report, one->index);
    lnt_html_put(html, "<td>%s</td>", lnt_html_count(one->rows, text));
    lnt_html_put(html, "<td>%s</td>", lnt_html_count(one->predicted, text));
    put_share(html, ratio(one->correct, one->rows));
    put_share(html, ratio(one->correct, one->predicted));
    put_share(html, ratio(2 * one->correct, one->rows + one->predicted));
    lnt_html_put(html, "</tr>\n");
}

static void put_classes(lnt_html *html, const lnt_cli_html_report *report,
                        const lnt_html_classes *classes)
{
    const size_t n = classes->n, shown = n < CLASSES_MOST ? n : CLASSES_MOST;
    class_row *rows = calloc(n, sizeof *rows);
    if (rows == NULL) {
        html->failed = true;
        return;
    }
    for (size_t i = 0; i < n; i++) {
        rows[i].index = i;
        rows[i].correct = classes->counts[i * n + i];
        for (size_t j = 0; j < n; j++) {
            rows[i].rows += classes->counts[i * n + j];
            rows[i].predicted += classes->counts[j * n + i];
        }
    }
    if (shown < n) {
        qsort(rows, n, sizeof *rows, by_recall);
    }
    lnt_html_put(html, "<div class=\"table\"><h3>Classes</h3>\n");
    if (shown < n) {
        lnt_html_put(html, "<p>The %zu of %zu classes with the least recall.</p>\n", shown, n);
    }
    lnt_html_put(html, "<div class=\"scroll\"><table>\n<thead><tr><th scope=\"col\">class</th>"
                       "<th scope=\"col\">rows</th><th scope=\"col\">predicted</th>"
                       "<th scope=\"col\">recall</th><th scope=\"col\">precision</th>"
                       "<th scope=\"col\">F1</th></tr></thead>\n<tbody>\n");
    for (size_t i = 0; i < shown; i++) {
        put_class(html, report, &rows[i]);
    }
    lnt_html_put(html, "</tbody></table></div></div>\n");
    free(rows);
}

/* The most frequent pairs, by taking the largest count below the last: ties in order of place. */
static size_t largest_pairs(const lnt_html_classes *classes, size_t pairs[PAIRS_MOST])
{
    const size_t n = classes->n;
    size_t found = 0;
    for (; found < PAIRS_MOST; found++) {
        size_t best = n * n;
        for (size_t k = 0; k < n * n; k++) {
            const size_t last = found > 0 ? pairs[found - 1] : n * n;
            const bool later = last == n * n || classes->counts[k] < classes->counts[last] ||
                               (classes->counts[k] == classes->counts[last] && k > last);
            if (k / n != k % n && classes->counts[k] > 0 && later &&
                (best == n * n || classes->counts[k] > classes->counts[best])) {
                best = k;
            }
        }
        if (best == n * n) {
            break;
        }
        pairs[found] = best;
    }
    return found;
}

static void put_pairs(lnt_html *html, const lnt_cli_html_report *report,
                      const lnt_html_classes *classes)
{
    size_t pairs[PAIRS_MOST];
    const size_t n = classes->n, count = largest_pairs(classes, pairs);
    if (count == 0 || n < 3) {
        return;
    }
    lnt_html_put(html, "<div class=\"table\"><h3>Most frequent mistakes</h3>\n"
                       "<div class=\"scroll\"><table>\n<thead><tr><th scope=\"col\">true</th>"
                       "<th scope=\"col\" class=\"text\">predicted</th><th scope=\"col\">rows</th>"
                       "<th scope=\"col\">of the class</th></tr></thead>\n<tbody>\n");
    for (size_t p = 0; p < count; p++) {
        char text[LNT_HTML_NUMBER_MAX], room[24];
        size_t rows = 0;
        for (size_t j = 0; j < n; j++) {
            rows += classes->counts[pairs[p] / n * n + j];
        }
        lnt_html_put(html, "<tr>");
        put_name(html, report, pairs[p] / n);
        lnt_html_put(html, "<td class=\"text\">");
        lnt_html_escape(html, lnt_html_class_name(report, pairs[p] % n, room));
        lnt_html_put(html, "</td><td>%s</td>", lnt_html_count(classes->counts[pairs[p]], text));
        put_share(html, ratio(classes->counts[pairs[p]], rows));
        lnt_html_put(html, "</tr>\n");
    }
    lnt_html_put(html, "</tbody></table></div></div>\n");
}

void lnt_html_class_tables_put(lnt_html *html, const lnt_cli_html_report *report,
                               const lnt_html_classes *classes)
{
    put_classes(html, report, classes);
    put_pairs(html, report, classes);
}
