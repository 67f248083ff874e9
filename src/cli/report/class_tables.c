/* SPDX-License-Identifier: MIT */
#include "cli/report/classes.h"

#include <math.h>
#include <stdlib.h>

#define CLASSES_MOST 50 /* of the table; of more those with the least recall */
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
        const lnt_html_class *one = &classes->classes[i];
        rows[i] = (class_row){i, one->rows, one->predicted, one->correct};
    }
    if (shown < n) {
        qsort(rows, n, sizeof *rows, by_recall);
    }
    lnt_html_put(html, "<div class=\"table\"><h3>Classes</h3>\n");
    if (shown < n) {
        lnt_html_put(html, "<p>The %zu of %zu classes with the lowest recall.</p>\n", shown, n);
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

/* The most frequent mistakes, the first of equal ones first; how many there are. */
static size_t largest_pairs(const lnt_html_classes *classes, const lnt_html_pair *pairs[PAIRS_MOST])
{
    size_t found = 0;
    for (size_t p = 0; p < classes->n_pairs; p++) {
        const lnt_html_pair *pair = &classes->pairs[p];
        size_t place = found;
        while (place > 0 && pairs[place - 1]->rows < pair->rows) {
            place--;
        }
        if (pair->truth == pair->predicted || place == PAIRS_MOST) {
            continue;
        }
        found += found < PAIRS_MOST;
        for (size_t k = found - 1; k > place; k--) {
            pairs[k] = pairs[k - 1];
        }
        pairs[place] = pair;
    }
    return found;
}

static void put_pairs(lnt_html *html, const lnt_cli_html_report *report,
                      const lnt_html_classes *classes)
{
    const lnt_html_pair *pairs[PAIRS_MOST];
    const size_t count = largest_pairs(classes, pairs);
    if (count == 0 || classes->n < 3) {
        return;
    }
    lnt_html_put(
        html,
        "<div class=\"table\"><h3>Most frequent mistakes</h3>\n"
        "<div class=\"scroll\"><table>\n"
        "<thead><tr><th scope=\"col\">true</th><th scope=\"col\" class=\"text\">predicted</th><th "
        "scope=\"col\">rows</th><th scope=\"col\">fraction of the class</th></tr></thead>\n"
        "<tbody>\n");
    for (size_t p = 0; p < count; p++) {
        char text[LNT_HTML_NUMBER_MAX], room[24];
        lnt_html_put(html, "<tr>");
        put_name(html, report, pairs[p]->truth);
        lnt_html_put(html, "<td class=\"text\">");
        lnt_html_escape(html, lnt_html_class_name(report, pairs[p]->predicted, room));
        lnt_html_put(html, "</td><td>%s</td>", lnt_html_count(pairs[p]->rows, text));
        put_share(html, ratio(pairs[p]->rows, classes->classes[pairs[p]->truth].rows));
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
