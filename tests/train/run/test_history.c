/* SPDX-License-Identifier: MIT */
#include "support/fit.h"

#include <linnet/file.h>
#include <linnet/text.h>

#include "support/failing_allocator.h"
#include "support/file.h"

TestSuite(history, .init = make_test_folder, .fini = remove_test_folder);

enum { EPOCHS = 4 };

/* The last row and gradient that the run reported, and what was seen at each epoch's end. */
typedef struct told {
    lnt_fit_progress ends[EPOCHS];
    double gradient_norms[EPOCHS][4];
    double parameter_norms[EPOCHS][4];
} told;

/* At a learning rate of nearly 0, the gradient after the step is that before it. */
static bool note(const lnt_fit_progress *progress, void *context)
{
    told *t = context;
    const size_t e = progress->epoch - 1;
    if (!progress->epoch_end) {
        return true;
    }
    t->ends[e] = *progress;
    for (size_t i = 0; i < 4; i++) {
        lnt_tensor gradient;
        lnt_parameter parameter;
        OK(lnt_pass_gradient(progress->pass, i, &gradient));
        OK(lnt_norm(LNT_NORM_L2, &gradient, &t->gradient_norms[e][i]));
        OK(lnt_net_parameter((lnt_net *) progress->net, i, &parameter));
        OK(lnt_norm(LNT_NORM_L2, &parameter.value, &t->parameter_norms[e][i]));
    }
    return true;
}

static lnt_history *filled(told *t, bool validated)
{
    lnt_tensor x, y;
    regression(LNT_F64, &x, &y);
    lnt_net *net = make_net(LNT_F64, 1);
    lnt_history *history = NULL;
    OK(lnt_history_create(&history, net, EPOCHS + 2, NULL));
    lnt_fit_config config = settings();
    config.epochs = EPOCHS;
    config.x_val = validated ? &x : NULL;
    config.y_val = validated ? &y : NULL;
    config.history = history;
    config.callback = note;
    config.callback_context = t;
    OK(lnt_fit(net, &x, &y, &config, NULL, NULL));
    lnt_net_destroy(net);
    return history;
}

Test(history, holds_what_the_callback_was_told)
{
    told t;
    lnt_history *history = filled(&t, true);
    assert_eq(lnt_history_epochs(history), EPOCHS);
    for (size_t e = 0; e < EPOCHS; e++) {
        const lnt_history_row *row = lnt_history_get(history, e);
        const lnt_fit_progress *end = &t.ends[e];
        assert_eq(row->epoch, e + 1);
        assert_eq(row->steps, 7 * (e + 1));
        assert_eq(row->train_loss, end->train_loss);
        assert_eq(row->seconds, end->seconds);
        assert_eq(row->learning_rate, 0.05);
        assert_nan(row->train_accuracy);
        assert_eq(row->validation.value[LNT_METRIC_LOSS], end->validation.value[LNT_METRIC_LOSS]);
        if (e != 0) {
            assert_gt(row->seconds, lnt_history_get(history, e - 1)->seconds);
        }
        for (size_t i = 0; i < 4; i++) {
            assert_near(lnt_history_gradient_norm(history, e, i), t.gradient_norms[e][i], 1e-14);
            assert_near(lnt_history_parameter_norm(history, e, i), t.parameter_norms[e][i], 1e-14);
            assert_gt(t.gradient_norms[e][i], 0);
        }
        assert_nan(lnt_history_gradient_norm(history, e, 4));
    }
    cr_assert_null(lnt_history_get(history, EPOCHS));
    assert_nan(lnt_history_parameter_norm(history, EPOCHS, 0));
    lnt_history_clear(history);
    assert_eq(lnt_history_epochs(history), 0);
    cr_assert_null(lnt_history_get(history, 0));
    lnt_history_destroy(history);
}

/* Gradient norms are those before clipping. */
Test(history, notes_gradients_before_the_optimiser_changes_them)
{
    lnt_tensor x, y;
    regression(LNT_F64, &x, &y);
    double norms[2][4];
    for (int clip = 0; clip < 2; clip++) {
        lnt_net *net = make_net(LNT_F64, 1);
        lnt_history *history = NULL;
        OK(lnt_history_create(&history, net, 1, NULL));
        lnt_fit_config config = settings();
        config.epochs = 1;
        config.batch_rows = ROWS;
        config.optim.clip_value = clip == 1 ? 1e-6 : 0;
        config.history = history;
        OK(lnt_fit(net, &x, &y, &config, NULL, NULL));
        for (size_t i = 0; i < 4; i++) {
            norms[clip][i] = lnt_history_gradient_norm(history, 0, i);
        }
        lnt_history_destroy(history);
        lnt_net_destroy(net);
    }
    assert_bytes_eq(norms[0], norms[1], sizeof norms[0]);
    assert_gt(norms[0][0], 1e-3);
}

/* The n-th line of a file. */
static const char *line(const char *path, size_t n)
{
    static char text[8192];
    FILE *file = fopen(path, "r");
    cr_assert_not_null(file);
    for (size_t i = 0; i <= n; i++) {
        if (fgets(text, sizeof text, file) == NULL) {
            text[0] = '\0';
        }
    }
    fclose(file);
    text[strcspn(text, "\n")] = '\0';
    return text;
}

Test(history, csv_reads_back_the_same)
{
    told t;
    lnt_history *history = filled(&t, true);
    const char *path = in_folder("history.csv");
    OK(lnt_history_write_csv(history, path, NULL));
    assert_str_eq(line(path, 0), "epoch,steps,seconds,learning_rate,train_loss,validation_loss,"
                                 "validation_mae,validation_rmse,validation_r2,"
                                 "layers.0.weight.norm,layers.0.weight.gradient_norm,"
                                 "layers.0.bias.norm,layers.0.bias.gradient_norm,"
                                 "layers.1.weight.norm,layers.1.weight.gradient_norm,"
                                 "layers.1.bias.norm,layers.1.bias.gradient_norm");
    lnt_read_options options = lnt_read_defaults();
    options.dtype = LNT_F64;
    lnt_frame *frame = NULL;
    OK(lnt_csv_read(&frame, path, &options, NULL));
    const lnt_tensor values = lnt_frame_values(frame);
    assert_eq(values.rows, EPOCHS);
    assert_eq(values.cols, 17);
    for (size_t e = 0; e < EPOCHS; e++) {
        const lnt_history_row *row = lnt_history_get(history, e);
        const lnt_scores *scores = &row->validation;
        assert_eq(lnt_tensor_get(&values, e, 0), (double) row->epoch);
        assert_eq(lnt_tensor_get(&values, e, 1), (double) row->steps);
        assert_eq(lnt_tensor_get(&values, e, 2), row->seconds);
        assert_eq(lnt_tensor_get(&values, e, 3), row->learning_rate);
        assert_eq(lnt_tensor_get(&values, e, 4), row->train_loss);
        assert_eq(lnt_tensor_get(&values, e, 5), scores->value[LNT_METRIC_LOSS]);
        assert_eq(lnt_tensor_get(&values, e, 8), scores->value[LNT_METRIC_R2]);
        assert_eq(lnt_tensor_get(&values, e, 15), lnt_history_parameter_norm(history, e, 3));
        assert_eq(lnt_tensor_get(&values, e, 16), lnt_history_gradient_norm(history, e, 3));
    }
    lnt_frame_destroy(frame);
    lnt_history_destroy(history);
}

Test(history, json_lines_are_objects)
{
    told t;
    lnt_history *history = filled(&t, false);
    const char *path = in_folder("history.jsonl");
    OK(lnt_history_write_jsonl(history, path, NULL));
    for (size_t e = 0; e < EPOCHS; e++) {
        char start[64], loss[LNT_FORMAT_NUMBER_LENGTH], field[64];
        const char *text = line(path, e);
        snprintf(start, sizeof start, "{\"epoch\": %zu, \"steps\": %zu, \"seconds\": ", e + 1,
                 7 * (e + 1));
        OK(lnt_format_number(lnt_history_get(history, e)->train_loss, loss));
        snprintf(field, sizeof field, ", \"train_loss\": %s, ", loss);
        assert_starts(text, start);
        assert_contains(text, field);
        assert_eq(text[strlen(text) - 1], '}');
        assert_lacks(text, "validation");
    }
    cr_assert_str_empty(line(path, EPOCHS));
    lnt_history_destroy(history);
}

/* Unknown in some epochs: empty in CSV, null in JSON; infinite: "inf" and null. */
Test(history, unknown_numbers_have_their_form)
{
    lnt_tensor x, y;
    regression(LNT_F64, &x, &y);
    lnt_net *net = make_net(LNT_F64, 1);
    lnt_history *history = NULL;
    OK(lnt_history_create(&history, net, 2, NULL));
    lnt_fit_config config = settings();
    config.epochs = 2;
    config.history = history;
    OK(lnt_fit(net, &x, &y, &config, NULL, NULL));
    lnt_history_row *rows[2] = {(lnt_history_row *) lnt_history_get(history, 0),
                                (lnt_history_row *) lnt_history_get(history, 1)};
    rows[0]->train_accuracy = 0.5;
    rows[0]->train_loss = INFINITY;
    rows[0]->seconds = rows[1]->seconds = rows[1]->train_loss = 1;
    const char *csv = in_folder("h.csv"), *json = in_folder("h.jsonl");
    OK(lnt_history_write_csv(history, csv, NULL));
    OK(lnt_history_write_jsonl(history, json, NULL));
    assert_starts(line(csv, 1), "1,7,1,0.05,inf,0.5,");
    assert_starts(line(csv, 2), "2,14,1,0.05,1,,");
    assert_contains(line(json, 0), "\"train_loss\": null, \"train_accuracy\": 0.5, ");
    assert_contains(line(json, 1), "\"train_loss\": 1, \"train_accuracy\": null, ");
    lnt_history_clear(history);
    OK(lnt_history_write_csv(history, csv, NULL));
    assert_str_eq(line(csv, 0), "epoch");
    OK(lnt_history_write_jsonl(history, json, NULL));
    cr_assert_str_empty(line(json, 0));
    lnt_history_destroy(history);
    lnt_net_destroy(net);
}

Test(history, a_run_empties_it_first)
{
    lnt_tensor x, y;
    regression(LNT_F64, &x, &y);
    lnt_net *net = make_net(LNT_F64, 1), *other = make_net(LNT_F64, 2);
    lnt_history *history = NULL;
    OK(lnt_history_create(&history, net, 3, NULL));
    lnt_fit_config config = settings();
    config.history = history;
    config.epochs = 3;
    OK(lnt_fit(net, &x, &y, &config, NULL, NULL));
    config.epochs = 2;
    OK(lnt_fit(net, &x, &y, &config, NULL, NULL));
    assert_eq(lnt_history_epochs(history), 2);
    assert_eq(lnt_history_get(history, 0)->epoch, 1);
    config.epochs = 4;
    refused(LNT_ERR_TOO_LARGE,
            "cannot prepare training: history has room for 3 epochs, epochs is 4", net, &x, &y,
            &config);
    lnt_history_destroy(history);
    OK(lnt_history_create(&history, other, 4, NULL));
    config.history = history;
    refused(LNT_ERR_MISMATCH,
            "cannot prepare training: history was created for a net of 98 parameters in 4 "
            "tensors, this one has 81 in 4",
            net, &x, &y, &config);
    lnt_history_destroy(history);
    lnt_net_destroy(net);
    lnt_net_destroy(other);
}

Test(history, failures_leave_nothing)
{
    lnt_net *net = make_net(LNT_F64, 1);
    lnt_status status = LNT_ERR_MEMORY;
    size_t n = 0;
    while (status == LNT_ERR_MEMORY) {
        failing f = {.fail_at = ++n};
        const lnt_allocator allocator = failing_allocator(&f);
        lnt_history *history = (lnt_history *) &f;
        status = lnt_history_create(&history, net, 5, &allocator);
        if (status != LNT_OK) {
            cr_assert_null(history);
            assert_eq(f.live, 0);
        }
        lnt_history_destroy(status == LNT_OK ? history : NULL);
        assert_eq(f.live, 0);
    }
    assert_status(status, LNT_OK);
    assert_gt(n, 1);
    lnt_history *history = NULL;
    FAILS(LNT_ERR_MEMORY, lnt_history_create(&history, net, SIZE_MAX / 2, NULL));
    FAILS(LNT_ERR_NULL, lnt_history_create(&history, NULL, 1, NULL));
    FAILS(LNT_ERR_NULL, lnt_history_create(NULL, net, 1, NULL));
    OK(lnt_history_create(&history, net, 1, NULL));
    FAILS(LNT_ERR_NULL, lnt_history_write_csv(history, NULL, NULL));
    FAILS(LNT_ERR_NULL, lnt_history_write_jsonl(NULL, "x", NULL));
    lnt_error error = {.message = ""};
    FAILS(LNT_ERR_IO, lnt_history_write_csv(history, in_folder("no/such/folder.csv"), &error));
    assert_contains(error.message, "cannot open its folder");
    lnt_history_destroy(history);
    lnt_net_destroy(net);
}

/* --- what the writers stand on --- */

Test(history, numbers_as_text)
{
    const struct {
        double value;
        const char *text;
    } rows[] = {{0.1, "0.1"},       {-3, "-3"},
                {1e300, "1e+300"},  {1 / 3., "0.3333333333333333"},
                {NAN, "nan"},       {-NAN, "nan"},
                {INFINITY, "inf"},  {-INFINITY, "-inf"},
                {5e-324, "5e-324"}, {0.3f, "0.30000001192092896"}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char text[LNT_FORMAT_NUMBER_LENGTH];
        OK(lnt_format_number(rows[i].value, text));
        assert_str_eq(text, rows[i].text);
    }
    FAILS(LNT_ERR_NULL, lnt_format_number(1, NULL));
}

Test(history, files_are_written_whole)
{
    const char *path = in_folder("text");
    OK(lnt_file_write(path, "one\n", 4, NULL));
    OK(lnt_file_write(path, "two\nthree\n", 10, NULL));
    assert_str_eq(line(path, 1), "three");
    OK(lnt_file_write(path, NULL, 0, NULL));
    cr_assert_str_empty(line(path, 0));
    FAILS(LNT_ERR_NULL, lnt_file_write(NULL, "x", 1, NULL));
    FAILS(LNT_ERR_NULL, lnt_file_write(path, NULL, 1, NULL));
    FAILS(LNT_ERR_IO, lnt_file_write(test_folder, "x", 1, NULL));
}
