/* SPDX-License-Identifier: MIT */
#include "base/text/escaped.h"
#include "cli/report/chart.h"
#include "cli/report/classes.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define WIDTH LNT_HTML_CHART_WIDTH
#define LABEL_MOST 14 /* characters of a class name */
#define LABEL_SHORT 9 /* where there are many */
#define MANY 16
#define LINE 19           /* height of a label */
#define CELLS_MOST 64     /* along a side; of more classes neighbours are taken together */
#define POINTABLE_MOST 24 /* along a side, where each cell tells its numbers */
#define LEVELS 10

/* The matrix as it is drawn: cells along a side, of `block` classes each. */
typedef struct heat_map {
    const lnt_cli_html_report *report;
    const lnt_html_classes *classes;
    size_t cells;
    size_t block;
    size_t *counts; /* [cells, cells] */
    size_t *totals; /* of the rows */
    double left;
    double top;
    double width; /* of a cell */
    double height;
    bool turned;  /* labels of the columns */
    size_t every; /* which cells have labels */
} heat_map;

static size_t label_most(const heat_map *matrix)
{
    return matrix->cells > MANY ? LABEL_SHORT : LABEL_MOST;
}

static size_t longest_label(const heat_map *matrix)
{
    size_t longest = 1;
    for (size_t c = 0; c < matrix->classes->n; c++) {
        char room[24];
        const size_t length = lnt_escaped_width(lnt_html_class_name(matrix->report, c, room));
        longest = length > longest ? length : longest;
    }
    return longest < label_most(matrix) ? longest : label_most(matrix);
}

static void lay_out(heat_map *matrix)
{
    const double label = LNT_HTML_CHARACTER * (double) longest_label(matrix);
    matrix->left = label + 12;
    matrix->width = fmin((WIDTH - 4 - matrix->left) / (double) matrix->cells, 130);
    matrix->height = fmin(matrix->width, fmax(34, 0.6 * matrix->width));
    matrix->turned = label > matrix->width - 4 && matrix->width < 70;
    matrix->top = matrix->turned ? label + 10 : 24;
    matrix->every = (size_t) ceil(LINE / matrix->height);
}

static lnt_status gather(heat_map *matrix)
{
    const size_t n = matrix->classes->n;
    matrix->block = (n + CELLS_MOST - 1) / CELLS_MOST;
    matrix->cells = (n + matrix->block - 1) / matrix->block;
    matrix->counts = calloc(matrix->cells * matrix->cells, sizeof *matrix->counts);
    matrix->totals = calloc(matrix->cells, sizeof *matrix->totals);
    if (matrix->counts == NULL || matrix->totals == NULL) {
        return LNT_ERR_MEMORY;
    }
    for (size_t p = 0; p < matrix->classes->n_pairs; p++) {
        const lnt_html_pair *pair = &matrix->classes->pairs[p];
        const size_t i = pair->truth / matrix->block, j = pair->predicted / matrix->block;
        matrix->counts[i * matrix->cells + j] += pair->rows;
        matrix->totals[i] += pair->rows;
    }
    return LNT_OK;
}

static void put_labels(lnt_html *html, const heat_map *matrix)
{
    for (size_t i = 0; i < matrix->cells; i += matrix->every) {
        char room[24];
        const char *name = lnt_html_class_name(matrix->report, i * matrix->block, room);
        lnt_html_put(html, "<text class=\"end\" x=\"%.1f\" y=\"%.1f\">", matrix->left - 8,
                     matrix->top + ((double) i + 0.5) * matrix->height + 4);
        lnt_html_escape_short(html, name, label_most(matrix));
        lnt_html_put(html, "</text>\n");
        const double x = matrix->left + ((double) i + 0.5) * matrix->width;
        if (matrix->turned) {
            lnt_html_put(html, "<text transform=\"translate(%.1f %.1f) rotate(-90)\">", x + 4,
                         matrix->top - 8);
        } else {
            lnt_html_put(html, "<text class=\"middle\" x=\"%.1f\" y=\"%.1f\">", x, matrix->top - 8);
        }
        lnt_html_escape_short(html, name,
                              matrix->turned ? label_most(matrix)
                                             : (size_t) (matrix->width / LNT_HTML_CHARACTER));
        lnt_html_put(html, "</text>\n");
    }
}

static double share_of(const heat_map *matrix, size_t i, size_t j)
{
    const size_t total = matrix->totals[i];
    return total == 0 ? 0 : (double) matrix->counts[i * matrix->cells + j] / (double) total;
}

/* Few mistakes must be seen too: their levels rise faster. */
static int level_of(double share, bool correct)
{
    return share <= 0 ? 0 : 1 + (int) ((LEVELS - 1.01) * (correct ? share : sqrt(share)));
}

static const char *short_count(size_t count, char text[LNT_HTML_NUMBER_MAX])
{
    if (count < 10000) {
        snprintf(text, LNT_HTML_NUMBER_MAX, "%zu", count);
    } else {
        const bool millions = count >= 1000000;
        snprintf(text, LNT_HTML_NUMBER_MAX, "%.3g%c", (double) count / (millions ? 1e6 : 1e3),
                 millions ? 'M' : 'k');
    }
    return text;
}

static void put_numbers(lnt_html *html, const heat_map *matrix, size_t i, size_t j)
{
    const size_t count = matrix->counts[i * matrix->cells + j];
    char text[LNT_HTML_NUMBER_MAX];
    const double x = matrix->left + ((double) j + 0.5) * matrix->width;
    const double y = matrix->top + ((double) i + 0.5) * matrix->height;
    const int level = level_of(share_of(matrix, i, j), i == j);
    const char *colour = level > 6 ? " on-strong" : "";
    lnt_html_put(html, "<text class=\"middle%s\" x=\"%.1f\" y=\"%.1f\">%s</text>\n", colour, x,
                 y + (matrix->width < 38 ? 4.5 : -0.5), short_count(count, text));
    if (matrix->width >= 38) {
        lnt_html_put(html, "<text class=\"middle small%s\" x=\"%.1f\" y=\"%.1f\">%.0f%%</text>\n",
                     colour, x, y + 13, 100 * share_of(matrix, i, j));
    }
}

static void put_title(lnt_html *html, const heat_map *matrix, size_t i, size_t j)
{
    char room[24], share[LNT_HTML_NUMBER_MAX];
    lnt_html_put(html, "<title>true ");
    lnt_html_escape(html, lnt_html_class_name(matrix->report, i, room));
    lnt_html_put(html, ", predicted ");
    lnt_html_escape(html, lnt_html_class_name(matrix->report, j, room));
    lnt_html_put(html, ": %zu of %zu, %s</title>", matrix->counts[i * matrix->cells + j],
                 matrix->totals[i], lnt_html_share(share_of(matrix, i, j), share));
}

static void put_cells(lnt_html *html, const heat_map *matrix)
{
    for (size_t i = 0; i < matrix->cells; i++) {
        for (size_t j = 0; j < matrix->cells; j++) {
            lnt_html_put(html,
                         "<rect class=\"%c%d\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" "
                         "height=\"%.1f\" rx=\"2\">",
                         i == j ? 'c' : 'e', level_of(share_of(matrix, i, j), i == j),
                         matrix->left + (double) j * matrix->width + 0.75,
                         matrix->top + (double) i * matrix->height + 0.75, matrix->width - 1.5,
                         matrix->height - 1.5);
            put_title(html, matrix, i, j);
            lnt_html_put(html, "</rect>\n");
            if (matrix->counts[i * matrix->cells + j] > 0 && matrix->width >= 26) {
                put_numbers(html, matrix, i, j);
            }
        }
    }
}

/* Cells too many to be pointed at: one path a shade. */
static void put_shades(lnt_html *html, const heat_map *matrix)
{
    lnt_html_put(html,
                 "<rect class=\"c0\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"/>\n",
                 matrix->left, matrix->top, matrix->width * (double) matrix->cells,
                 matrix->height * (double) matrix->cells);
    for (int shade = 1; shade < 2 * LEVELS; shade++) {
        const bool correct = shade < LEVELS;
        bool some = false;
        for (size_t k = 0; k < matrix->cells * matrix->cells; k++) {
            const size_t i = k / matrix->cells, j = k % matrix->cells;
            if ((i == j) == correct && shade % LEVELS > 0 &&
                level_of(share_of(matrix, i, j), correct) == shade % LEVELS) {
                if (!some) {
                    lnt_html_put(html, "<path class=\"%c%d\" d=\"", correct ? 'c' : 'e',
                                 shade % LEVELS);
                }
                lnt_html_put(html, "M%.1f %.1fh%.1fv%.1fh-%.1fz",
                             matrix->left + (double) j * matrix->width,
                             matrix->top + (double) i * matrix->height, matrix->width,
                             matrix->height, matrix->width);
                some = true;
            }
        }
        lnt_html_put(html, some ? "\"/>\n" : "");
    }
}

static void put_matrix(lnt_html *html, const heat_map *matrix)
{
    char note[240];
    snprintf(
        note, sizeof note,
        "Rows are true classes, columns predicted ones; percentages are of the row. Blue cells are "
        "correct, orange cells are wrong; a stronger colour is a larger percentage.%s",
        matrix->block > 1 ? " Neighbouring classes are merged." : "");
    lnt_html_figure_begin(html, "confusion", matrix->cells > POINTABLE_MOST ? "wide" : "",
                          "Confusion matrix", note);
    lnt_html_drawing_begin(html, "confusion", "Confusion matrix",
                           (int) ceil(matrix->top + matrix->height * (double) matrix->cells) + 4);
    lnt_html_put(html, "<g class=\"axis\">\n");
    put_labels(html, matrix);
    lnt_html_put(html, "</g>\n<g class=\"cells\">\n");
    (matrix->cells > POINTABLE_MOST ? put_shades : put_cells)(html, matrix);
    lnt_html_put(html, "</g>\n");
    lnt_html_drawing_end(html);
    lnt_html_figure_end(html);
}

void lnt_html_confusion_put(lnt_html *html, const lnt_cli_html_report *report,
                            const lnt_html_classes *classes)
{
    heat_map matrix = {.report = report, .classes = classes};
    if (gather(&matrix) == LNT_OK) {
        lay_out(&matrix);
        put_matrix(html, &matrix);
    } else {
        html->failed = true;
    }
    free(matrix.counts);
    free(matrix.totals);
}
