/* SPDX-License-Identifier: MIT */
/* Whole reports on models made by hand, and what their pages say. */
#include "cli/report/report.h"

#include "support/net.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* The page of a report; the caller frees it. */
static char *page_of(const lnt_cli_html_report *report)
{
    char path[] = "/tmp/linnet-report-XXXXXX";
    const int fd = mkstemp(path);
    lnt_error error = {LNT_OK, ""};
    assert_ge(fd, 0);
    assert_eq(close(fd), 0);
    assert_status(lnt_cli_html_report_write(report, path, &error), LNT_OK, "%s", error.message);
    FILE *file = fopen(path, "r");
    cr_assert_not_null(file);
    assert_eq(fseek(file, 0, SEEK_END), 0);
    const size_t size = (size_t) ftell(file);
    rewind(file);
    char *text = malloc(size + 1);
    cr_assert_not_null(text);
    assert_eq(fread(text, 1, size, file), size);
    text[size] = '\0';
    fclose(file);
    unlink(path);
    return text;
}

static void says(const char *page, const char *part)
{
    assert_contains(page, part, "the page does not say: %s", part);
}

static void says_not(const char *page, const char *part)
{
    assert_lacks(page, part, "the page says: %s", part);
}

static size_t count_of(const char *page, const char *part)
{
    size_t count = 0;
    for (const char *at = page; (at = strstr(at, part)) != NULL; at++) {
        count++;
    }
    return count;
}

static lnt_model model_of(size_t inputs, size_t outputs, lnt_loss loss)
{
    const lnt_layer layers[] = {lnt_dense(outputs, LNT_IDENTITY)};
    lnt_model model = lnt_model_init();
    model.net = new_net(LNT_F64, inputs, layers, 1);
    model.loss = loss;
    return model;
}

static lnt_fit_result result_of(lnt_fit_end end)
{
    lnt_fit_result result = {.epochs = 3, .steps = 30, .end = end, .train_loss = 0.5, .seconds = 2};
    result.train_accuracy = NAN;
    for (int m = 0; m < LNT_N_METRICS; m++) {
        result.validation.value[m] = NAN;
    }
    return result;
}

Test(report_pages, a_model_alone)
{
    lnt_model model = model_of(1, 1, lnt_mse(LNT_MEAN));
    const lnt_cli_html_report report = {.title = "nothing", .model = &model};
    char *page = page_of(&report);
    says(page, "Regression, from 1 input</p>");
    says_not(page, "Epochs");
    says_not(page, "On the ");
    says_not(page, "Configuration");
    says(page, "none held out");
    free(page);
    lnt_model_finish(&model);
}

/* The means are off by 0.5, 1.5, 2.5 and 3.5 deviations, of 2. */
Test(report_pages, a_gaussian_tells_how_often_it_is_right)
{
    lnt_model model = model_of(2, 2, lnt_gaussian(LNT_MEAN));
    const lnt_tensor y = random_matrix(LNT_F64, 4, 1, 1);
    lnt_tensor prediction = matrix(LNT_F64, 4, 2);
    for (size_t i = 0; i < 4; i++) {
        const double sign = i % 2 == 0 ? 1 : -1;
        OK(lnt_tensor_set(&prediction, i, 0,
                          lnt_tensor_get(&y, i, 0) + sign * (2 * (double) i + 1)));
        OK(lnt_tensor_set(&prediction, i, 1, 2));
    }
    const lnt_cli_html_report report = {
        .title = "gaussian", .model = &model, .y = &y, .prediction = &prediction};
    char *page = page_of(&report);
    says(page, "Within standard deviations");
    says(page, "<th scope=\"row\">target 1</th><td>25.0\u202F%</td><td>50.0\u202F%</td>"
               "<td>75.0\u202F%</td></tr>");
    says_not(page, "True values below the prediction");
    assert_eq(count_of(page, "class=\"s0 point\""), 4);
    free(page);
    lnt_model_finish(&model);
}

Test(report_pages, a_quantile_tells_how_many_lie_below)
{
    lnt_model model = model_of(2, 1, lnt_quantile(0.9, LNT_MEAN));
    static const char *const names[] = {"rain <mm>"};
    lnt_tensor y = matrix(LNT_F64, 5, 1), prediction = matrix(LNT_F64, 5, 1);
    OK(lnt_names_create(&model.target_names, names, 1, NULL));
    for (size_t i = 0; i < 5; i++) {
        OK(lnt_tensor_set(&y, i, 0, (double) i));
    }
    OK(lnt_fill(2, &prediction)); /* above two of them, and equal to one */
    const lnt_cli_html_report report = {
        .title = "quantile", .model = &model, .y = &y, .prediction = &prediction};
    char *page = page_of(&report);
    says(page, "90.0\u202F% if the quantile is right.");
    says(page, "<th scope=\"row\">rain &lt;mm&gt;</th><td>40.0\u202F%</td></tr>");
    says_not(page, "Within standard deviations");
    free(page);
    lnt_model_finish(&model);
}

/* Above 2000 rows some are drawn; rows that are not finite are counted. */
Test(report_pages, scatter_plots_draw_a_sample)
{
    static const struct {
        size_t rows, missing, circles, points;
        const char *sample, *lost;
    } cases[] = {{250, 0, 250, 0, NULL, NULL},
                 {251, 2, 0, 249, NULL, " 2 rows are not finite."},
                 {2000, 0, 0, 2000, NULL, NULL},
                 {5000, 0, 0, 2000, " 2000 of the 5000 rows are drawn.", NULL}};
    lnt_model model = model_of(2, 1, lnt_mse(LNT_MEAN));
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const lnt_tensor y = random_matrix(LNT_F64, cases[i].rows, 1, 1);
        lnt_tensor prediction = random_matrix(LNT_F64, cases[i].rows, 1, 2);
        for (size_t k = 0; k < cases[i].missing; k++) {
            OK(lnt_tensor_set(&prediction, 3 * k, 0, k == 0 ? NAN : INFINITY));
        }
        const lnt_cli_html_report report = {
            .title = "sample", .model = &model, .y = &y, .prediction = &prediction};
        char *page = page_of(&report);
        assert_eq(count_of(page, "class=\"s0 point\""), cases[i].circles);
        assert_eq(count_of(page, "h0") - count_of(page, "<h0"), cases[i].points, "case %zu: %zu", i,
                  count_of(page, "h0"));
        const size_t paths = (cases[i].points + 99) / 100;
        assert_eq(count_of(page, "<path class=\"points s0\""), cases[i].circles > 0 ? 0 : paths);
        if (cases[i].sample != NULL) {
            says(page, cases[i].sample);
        } else {
            says_not(page, "rows are drawn.");
        }
        if (cases[i].lost != NULL) {
            says(page, cases[i].lost);
        } else {
            says_not(page, "are not finite.");
        }
        free(page);
    }
    lnt_model_finish(&model);
}

/* Equal but for rounding, too: no axis can tell them apart. */
Test(report_pages, errors_that_are_equal_or_absent, .timeout = 20)
{
    lnt_model model = model_of(2, 1, lnt_mse(LNT_MEAN));
    const lnt_tensor y = random_matrix(LNT_F64, 8, 1, 1);
    lnt_tensor prediction = copy_of(LNT_F64, &y);
    const lnt_cli_html_report report = {
        .title = "errors", .model = &model, .y = &y, .prediction = &prediction};
    char *page = page_of(&report); /* all are 0 */
    says(page, "<td>0</td><td>0</td><td>0</td><td>1</td>");
    free(page);
    for (size_t i = 0; i < 8; i++) {
        OK(lnt_tensor_set(&prediction, i, 0, lnt_tensor_get(&y, i, 0) + 4));
    }
    page = page_of(&report);
    says(page, "<td>4</td><td>4</td><td>4</td>");
    assert_lt(count_of(page, "<rect"), 500);
    free(page);
    OK(lnt_fill(NAN, &prediction));
    page = page_of(&report);
    says(page, "<td>–</td><td>–</td><td>–</td><td>–</td>");
    says(page, " 8 rows are not finite.");
    free(page);
    lnt_model_finish(&model);
}

Test(report_pages, why_a_run_ended)
{
    static const struct {
        lnt_fit_end end;
        const char *text;
    } ends[] = {{LNT_END_EPOCHS, "as requested"},
                {LNT_END_CALLBACK, "interrupted"},
                {LNT_END_PATIENCE, "no improvement for 7 epochs"},
                {LNT_END_SECONDS, "time limit reached"},
                {LNT_END_STEPS, "step limit reached"},
                {LNT_END_NONFINITE, "the loss was not finite"},
                {LNT_END_STOP_FILE, "stop file found"},
                {LNT_END_TARGET_LOSS, "target loss reached"},
                {LNT_END_GRADIENT_TOLERANCE, "gradient tolerance reached"},
                {LNT_END_STALLED, "no step lowers the loss further"}};
    lnt_model model = model_of(2, 1, lnt_mse(LNT_MEAN));
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        const lnt_fit_result result = result_of(ends[i].end);
        const lnt_cli_html_report report = {
            .title = "run", .model = &model, .result = &result, .epochs = 3, .patience = 7};
        char *page = page_of(&report);
        char tile[200];
        snprintf(tile, sizeof tile, "<dt>Epochs</dt><dd><b>3</b><span>%s</span>", ends[i].text);
        says(page, tile);
        free(page);
    }
    lnt_model_finish(&model);
}

Test(report_pages, times_and_epochs)
{
    static const struct {
        double seconds;
        const char *text;
    } times[] = {{0.0421, "42.1 ms"}, {2, "2 s"}, {59.9, "59.9 s"}, {125, "2 min 5 s"}};
    lnt_model model = model_of(2, 1, lnt_mse(LNT_MEAN));
    for (size_t i = 0; i < sizeof times / sizeof times[0]; i++) {
        lnt_fit_result result = result_of(LNT_END_PATIENCE);
        char tile[100];
        result.seconds = times[i].seconds;
        result.best_epoch = i % 2 == 0 ? 2 : 0;
        result.best_value = 0.25;
        const lnt_cli_html_report report = {
            .title = "run", .model = &model, .result = &result, .epochs = 10};
        char *page = page_of(&report);
        snprintf(tile, sizeof tile, "<dt>Time</dt><dd><b>%s</b>", times[i].text);
        says(page, tile);
        says(page, "<b>3 of 10</b><span>no improvement for too long</span>");
        assert_eq(strstr(page, "<dt>Best epoch</dt><dd><b>2</b><span>loss 0.25") != NULL,
                  i % 2 == 0);
        free(page);
    }
    lnt_model_finish(&model);
}

Test(report_pages, layers_of_each_kind)
{
    lnt_layer layers[] = {lnt_dense(4, LNT_RELU),    lnt_batch_norm(),
                          lnt_dropout(0.25),         lnt_dense(4, LNT_TANH),
                          lnt_residual(4),           lnt_activation_layer(LNT_SIGMOID),
                          lnt_dense(2, LNT_IDENTITY)};
    lnt_model model = lnt_model_init();
    layers[3].bias = false;
    model.net = new_net(LNT_F64, 4, layers, 7);
    model.loss = lnt_mse(LNT_MEAN);
    char *page = page_of(&(lnt_cli_html_report){.title = "layers", .model = &model});
    says(page, "dense</td><td class=\"text\">relu</td><td>4 → 4</td><td>20</td>");
    says(page, "dropout</td><td class=\"text\">rate 0.25</td><td>4 → 4</td><td>0</td><td>–</td>");
    says(page, "dense</td><td class=\"text\">tanh, no bias</td><td>4 → 4</td><td>16</td>");
    says(page, "residual</td><td class=\"text\">skips 4 layers</td>");
    says(page, "activation</td><td class=\"text\">sigmoid</td>");
    free(page);
    lnt_model_finish(&model);
}

Test(report_pages, layers_by_the_hundred)
{
    enum { LAYERS = 130 };
    lnt_layer layers[LAYERS];
    for (size_t i = 0; i < LAYERS; i++) {
        layers[i] = lnt_dense(1, LNT_IDENTITY);
    }
    lnt_model model = lnt_model_init();
    model.net = new_net(LNT_F64, 1, layers, LAYERS);
    model.loss = lnt_mse(LNT_MEAN);
    char *page = page_of(&(lnt_cli_html_report){.title = "layers", .model = &model});
    says(page, "<p>30 layers in the middle are omitted.</p>");
    assert_eq(count_of(page, "<td>1 → 1</td>"), 100);
    says(page, "<th scope=\"row\">49</th>");
    says_not(page, "<th scope=\"row\">50</th>");
    says_not(page, "<th scope=\"row\">79</th>");
    says(page, "<th scope=\"row\">80</th>");
    free(page);
    lnt_model_finish(&model);
}

Test(report_pages, names_and_settings)
{
    static const char *const names[] = {"a", "b", "c", "d", "e", "f", "g", "h"};
    static const lnt_cli_html_setting settings[] = {
        {"rate", "0.1"}, {"empty", ""}, {"absent", NULL}};
    lnt_model model = model_of(3, 8, lnt_mse(LNT_MEAN));
    const lnt_tensor y = random_matrix(LNT_F64, 9, 8, 1);
    OK(lnt_names_create(&model.target_names, names, 8, NULL));
    char *page = page_of(&(lnt_cli_html_report){.title = "names",
                                                .model = &model,
                                                .settings = settings,
                                                .n_settings = 3,
                                                .y = &y,
                                                .prediction = &y});
    says(page, "of <b>a</b>, <b>b</b>, <b>c</b>, <b>d</b>, <b>e</b>, <b>f</b> and 2 more, from 3 "
               "inputs</p>");
    says(page, "<th scope=\"row\">rate</th>");
    says_not(page, ">empty<");
    says_not(page, ">absent<");
    says(page, "id=\"scatter-3\"");
    says_not(page, "id=\"scatter-4\"");     /* four targets are drawn */
    says(page, "<th scope=\"row\">h</th>"); /* and all are in the table */
    free(page);
    lnt_model_finish(&model);
}

/* --- classes --- */

/* One output says how likely class 1 is. */
Test(report_pages, two_classes_of_one_output)
{
    lnt_model model = model_of(2, 1, lnt_binary_cross_entropy(LNT_MEAN));
    double truths[] = {0, 0, 1, 1, 7}, said[] = {0.1, 0.8, 0.9, 0.6, 0.5};
    const lnt_tensor y = lnt_tensor_f64(truths, 5, 1), prediction = lnt_tensor_f64(said, 5, 1);
    char *page = page_of(&(lnt_cli_html_report){
        .title = "two", .model = &model, .y = &y, .prediction = &prediction});
    says(page, "true 0, predicted 0: 1 of 2");
    says(page, "true 0, predicted 1: 1 of 2");
    says(page, "true 1, predicted 1: 2 of 2");
    says(page, "3 of 4 rows"); /* 7 is no class */
    free(page);
    lnt_model_finish(&model);
}

/* Rows of which each output answers a question of its own: no confusion, but calibration. */
Test(report_pages, questions_of_their_own)
{
    lnt_model model = model_of(2, 3, lnt_binary_cross_entropy(LNT_MEAN));
    double truths[] = {0, 1, 1, 0, 1, 0}, said[] = {0, 1, 1, 0, 1, 0};
    const lnt_tensor y = lnt_tensor_f64(truths, 2, 3), prediction = lnt_tensor_f64(said, 2, 3);
    char *page = page_of(&(lnt_cli_html_report){
        .title = "questions", .model = &model, .y = &y, .prediction = &prediction});
    says(page, "id=\"calibration\"");
    says(page, "Expected calibration error 0.000.");
    says_not(page, "id=\"confusion\"");
    free(page);
    for (size_t i = 0; i < 6; i++) {
        said[i] = NAN;
    }
    page = page_of(&(lnt_cli_html_report){
        .title = "questions", .model = &model, .y = &y, .prediction = &prediction});
    says_not(page, "id=\"calibration\"");
    free(page);
    lnt_model_finish(&model);
}

Test(report_pages, counts_of_many_rows)
{
    enum { MANY = 20000 };
    lnt_model model = model_of(2, 2, lnt_softmax_cross_entropy(LNT_MEAN));
    lnt_tensor y = matrix(LNT_F64, MANY, 1), prediction = matrix(LNT_F64, MANY, 2);
    for (size_t i = 0; i < MANY; i++) {
        OK(lnt_tensor_set(&prediction, i, 0, i < 12345 ? 0.9 : 0.2));
        OK(lnt_tensor_set(&prediction, i, 1, i < 12345 ? 0.1 : 0.8));
    }
    char *page = page_of(&(lnt_cli_html_report){
        .title = "many", .model = &model, .y = &y, .prediction = &prediction});
    says(page, ">12.3k</text>");
    says(page, ">7655</text>");
    says(page, "12\u202F345 of 20\u202F000 rows");
    free(page);
    lnt_model_finish(&model);
}

Test(report_pages, a_file_that_cannot_be_written)
{
    lnt_model model = model_of(1, 1, lnt_mse(LNT_MEAN));
    lnt_error error = {LNT_OK, ""};
    FAILS(LNT_ERR_IO,
          lnt_cli_html_report_write(&(lnt_cli_html_report){.title = "t", .model = &model},
                                    "/nowhere/at/all.html", &error));
    assert_contains(error.message, "/nowhere/at/all.html");
    lnt_model_finish(&model);
}
