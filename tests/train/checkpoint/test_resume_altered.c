/* SPDX-License-Identifier: MIT */
/*
 * Checkpoints of a run or a trainer whose checksums are right and that no run can have made: each
 * is refused, with its sentence.
 */
#include "support/file.h"
#include "support/fit.h"
#include "train/checkpoint/items.h"

TestSuite(resume_altered, .init = make_test_folder, .fini = remove_test_folder);

enum { MAX_ITEMS = 12, MAX_NUMBERS = 80 };

/* A checkpoint's content, to be changed and written again. */
typedef struct content {
    lnt_checkpoint *from; /* owns the names and texts */
    lnt_checkpoint_item items[MAX_ITEMS];
    size_t n_items;
    lnt_checkpoint_text texts[2];
    size_t n_texts;
} content;

static content content_of(const char *path)
{
    content c = {.n_items = 0};
    lnt_error error;
    OK(lnt_checkpoint_open(&c.from, path, NULL, &error));
    c.n_items = lnt_checkpoint_count(c.from);
    assert_le(c.n_items, MAX_ITEMS);
    for (size_t i = 0; i < c.n_items; i++) {
        lnt_tensor shape;
        c.items[i].name = lnt_checkpoint_name(c.from, i);
        OK(lnt_checkpoint_shape(c.from, c.items[i].name, &shape));
        c.items[i].value = matrix(shape.dtype, shape.rows, shape.cols);
        OK(lnt_checkpoint_read(c.from, c.items[i].name, &c.items[i].value, &error));
    }
    static const char *const keys[] = {LNT_RUN_TEXT_SETTINGS, LNT_RUN_TEXT_FIELDS};
    for (size_t i = 0; i < 2; i++) {
        const char *text = lnt_checkpoint_get_text(c.from, keys[i]);
        if (text != NULL) {
            c.texts[c.n_texts++] = (lnt_checkpoint_text){keys[i], text};
        }
    }
    return c;
}

static void write_content(const content *c, const char *path)
{
    lnt_error error;
    const lnt_checkpoint_content all = {c->items, c->n_items, c->texts, c->n_texts};
    OK(lnt_checkpoint_write(path, &all, &error));
}

static lnt_checkpoint_item *item_of(content *c, const char *name)
{
    for (size_t i = 0; i < c->n_items; i++) {
        if (strcmp(c->items[i].name, name) == 0) {
            return &c->items[i];
        }
    }
    cr_assert_fail("no item '%s'", name);
    return NULL;
}

static void remove_item(content *c, const char *name)
{
    lnt_checkpoint_item *item = item_of(c, name);
    *item = c->items[--c->n_items];
}

/* Sets a number of `run` by its name in the list of fields. */
static void set_field(content *c, const char *name, double number)
{
    const char *fields = c->texts[1].value;
    for (size_t i = 0; *fields != '\0'; i++) {
        const size_t length = strcspn(fields, " ");
        if (length == strlen(name) && memcmp(fields, name, length) == 0) {
            OK(lnt_tensor_set(&item_of(c, "run")->value, 0, i, number));
            return;
        }
        fields += length + 1;
    }
    cr_assert_fail("no field '%s'", name);
}

/* --- runs --- */

#define CHECKPOINT "checkpoint-000000000007.safetensors"

/* A new folder of a run, with that content as its checkpoint. */
static void write_folder(const content *c, const char *folder)
{
    char *path = path_in(folder, CHECKPOINT);
    assert_eq(mkdir(folder, 0777), 0);
    write_content(c, path);
    free(path);
}

static lnt_tensor x, y;

static lnt_fit_config run_settings(const char *folder)
{
    lnt_fit_config config = settings();
    config.epochs = 3;
    config.validation_fraction = 0.2;
    config.restore_best = true;
    config.optim = lnt_optim_defaults(LNT_ADAM);
    config.checkpoint.directory = folder;
    config.checkpoint.resume = true;
    return config;
}

static lnt_status fit_once(lnt_fit_config config, size_t stop, lnt_error *error)
{
    lnt_net *net = make_net(LNT_F64, 1);
    seen s = {.stop_after = stop};
    OK(lnt_history_create(&config.history, net, config.epochs, NULL));
    config.callback = watch;
    config.callback_context = &s;
    const lnt_status status = lnt_fit(net, &x, &y, &config, NULL, error);
    lnt_history_destroy(config.history);
    lnt_net_destroy(net);
    return status;
}

/* The path of a checkpoint in the middle of the second epoch. */
static const char *make_run(void)
{
    lnt_error error = {LNT_OK, ""};
    regression(LNT_F64, &x, &y);
    const lnt_status status = fit_once(run_settings(in_folder("run")), 8, &error);
    assert_status(status, LNT_OK, "%s", error.message);
    return in_folder("run/" CHECKPOINT);
}

typedef void (*change)(content *c);

static void no_settings(content *c)
{
    c->texts[0] = c->texts[--c->n_texts];
}

static void no_fields(content *c)
{
    c->n_texts = 1;
}

static void no_numbers(content *c)
{
    remove_item(c, "run");
}

static void numbers_of_f32(content *c)
{
    lnt_tensor *run = &item_of(c, "run")->value;
    *run = copy_of(LNT_F32, run);
}

static void two_rows_of_numbers(content *c)
{
    lnt_tensor *run = &item_of(c, "run")->value;
    *run = matrix(LNT_F64, 2, run->cols);
}

static void fewer_numbers(content *c)
{
    item_of(c, "run")->value.cols -= 1;
}

static void a_part_of_an_epoch(content *c)
{
    set_field(c, "epoch", 1.5);
}

static void a_flag_of_two(content *c)
{
    set_field(c, "epoch_complete", 2);
}

static void negative_steps(content *c)
{
    set_field(c, "optim.steps", -1);
}

static void too_many_draws(content *c)
{
    set_field(c, "draw", 1e300);
}

static void epoch_zero(content *c)
{
    set_field(c, "epoch", 0);
}

static void batches_beyond_the_epoch(content *c)
{
    set_field(c, "batch", 1000);
}

static void more_epochs_done(content *c)
{
    set_field(c, "epochs_done", 3);
}

static void average_in_the_net(content *c)
{
    set_field(c, "optim.swapped", 1);
}

static void no_best(content *c)
{
    remove_item(c, "best");
}

static void no_rows(content *c)
{
    remove_item(c, "history");
}

static void net_of_f32(content *c)
{
    lnt_tensor *net = &item_of(c, "net")->value;
    *net = copy_of(LNT_F32, net);
}

static void wider_net(content *c)
{
    lnt_tensor *net = &item_of(c, "net")->value;
    *net = matrix(LNT_F64, 1, net->cols + 1);
}

static void two_nets(content *c)
{
    lnt_tensor *net = &item_of(c, "net")->value;
    *net = matrix(LNT_F64, 2, net->cols);
}

static const struct {
    const char *name;
    change change;
    lnt_status status;
    const char *part; /* of the sentence */
} cases[] = {
    {"no settings", no_settings, LNT_ERR_FORMAT,
     "is not a checkpoint of lnt_fit: it has no settings"},
    {"no fields", no_fields, LNT_ERR_FORMAT,
     "a number of its run state is out of range or missing"},
    {"no numbers", no_numbers, LNT_ERR_FORMAT, "it has no run state"},
    {"numbers of f32", numbers_of_f32, LNT_ERR_FORMAT, "it has no run state"},
    {"two rows", two_rows_of_numbers, LNT_ERR_FORMAT, "it has no run state"},
    {"fewer numbers", fewer_numbers, LNT_ERR_FORMAT, "a number of its run state is out of range"},
    {"1.5 epochs", a_part_of_an_epoch, LNT_ERR_FORMAT, "a number of its run state is out of range"},
    {"a flag of 2", a_flag_of_two, LNT_ERR_FORMAT, "a number of its run state is out of range"},
    {"-1 steps", negative_steps, LNT_ERR_FORMAT, "a number of its run state is out of range"},
    {"1e300 draws", too_many_draws, LNT_ERR_FORMAT, "a number of its run state is out of range"},
    {"epoch 0", epoch_zero, LNT_ERR_FORMAT, "its epoch or batch is out of range for this run"},
    {"batch 1000", batches_beyond_the_epoch, LNT_ERR_FORMAT, "its epoch or batch is out of range"},
    {"3 epochs done", more_epochs_done, LNT_ERR_FORMAT, "its epoch or batch is out of range"},
    {"swapped", average_in_the_net, LNT_ERR_FORMAT, "none"},
    {"no best", no_best, LNT_ERR_INVALID, "has no 'best', which this run needs"},
    {"no rows", no_rows, LNT_ERR_INVALID, "has no 'history'"},
    {"net of f32", net_of_f32, LNT_ERR_INVALID, "numbers of f32, this run's has 1 by"},
    {"wider net", wider_net, LNT_ERR_INVALID, "'net' has 1 by"},
    {"two nets", two_nets, LNT_ERR_INVALID, "'net' has 2 by"}};

Test(resume_altered, runs)
{
    const char *path = make_run();
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char *folder = path_in(test_folder, cases[i].name);
        content c = content_of(path);
        lnt_error error = {LNT_OK, ""};
        cases[i].change(&c);
        write_folder(&c, folder);
        const lnt_status status = fit_once(run_settings(folder), 0, &error);
        assert_eq(status, cases[i].status, "%s: %s, %s", cases[i].name, lnt_status_name(status),
                  error.message);
        assert_eq(error.status, status, "%s: %s, %s", cases[i].name, lnt_status_name(status),
                  error.message);
        assert_contains(error.message, cases[i].part, "%s: %s", cases[i].name, error.message);
        lnt_checkpoint_close(c.from);
        free(folder);
    }
}

/* Unchanged, it is gone on with; that is what the cases above differ from. */
Test(resume_altered, a_copy_is_taken)
{
    content c = content_of(make_run());
    const char *folder = in_folder("copy");
    lnt_error error = {LNT_OK, ""};
    write_folder(&c, folder);
    const lnt_status status = fit_once(run_settings(folder), 0, &error);
    assert_status(status, LNT_OK, "%s", error.message);
    lnt_checkpoint_close(c.from);
}

/* A run of other settings does without the best net of the run before, and finds its own. */
Test(resume_altered, the_best_of_other_settings_is_forgotten)
{
    content c = content_of(make_run());
    const char *folder = in_folder("copy");
    lnt_error error = {LNT_OK, ""};
    lnt_fit_result result;
    remove_item(&c, "best");
    set_field(&c, "best", 1e-30); /* which no epoch would better */
    set_field(&c, "best_epoch", 1);
    write_folder(&c, folder);
    lnt_fit_config config = run_settings(folder);
    config.batch_rows = 20;
    config.checkpoint.allow_changes = true;
    lnt_net *net = make_net(LNT_F64, 1);
    const lnt_status status = lnt_fit(net, &x, &y, &config, &result, &error);
    assert_status(status, LNT_OK, "%s", error.message);
    cr_assert(result.resumed, "epoch %zu, %g", result.best_epoch, result.best_value);
    assert_ge(result.best_epoch, 2, "epoch %zu, %g", result.best_epoch, result.best_value);
    assert_gt(result.best_value, 1e-6, "epoch %zu, %g", result.best_epoch, result.best_value);
    lnt_net_destroy(net);
    lnt_checkpoint_close(c.from);
}

/* --- trainers --- */

typedef void (*number_change)(lnt_tensor *numbers);

static void part_of_a_step(lnt_tensor *numbers)
{
    OK(lnt_tensor_set(numbers, 0, 0, 0.5));
}

static void part_of_a_draw(lnt_tensor *numbers)
{
    OK(lnt_tensor_set(numbers, 0, numbers->cols - 1, 0.5));
}

static void pending_below_zero(lnt_tensor *numbers)
{
    OK(lnt_tensor_set(numbers, 0, 1, -1));
}

static void swapped_without_average(lnt_tensor *numbers)
{
    OK(lnt_tensor_set(numbers, 0, 2, 1));
}

Test(resume_altered, trainers)
{
    static const number_change changes[] = {part_of_a_step, part_of_a_draw, pending_below_zero,
                                            swapped_without_average};
    lnt_net *net = make_net(LNT_F64, 1);
    lnt_fit_config config = settings();
    lnt_trainer *trainer;
    lnt_error error;
    double loss;
    regression(LNT_F64, &x, &y);
    x.rows = y.rows = 16;
    OK(lnt_trainer_create(&trainer, net, &config, &error));
    OK(lnt_trainer_step(trainer, &x, &y, NULL, &loss));
    const char *path = in_folder("trainer");
    OK(lnt_trainer_save(trainer, path, &error));
    const lnt_tensor parameters = lnt_net_parameters(net), before = copy_of(LNT_F64, &parameters);
    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
        content c = content_of(path);
        for (size_t k = 0; k < c.n_items; k++) {
            if (strcmp(c.items[k].name, "net") != 0 && strcmp(c.items[k].name, "optimizer") != 0) {
                changes[i](&c.items[k].value);
            }
        }
        write_content(&c, in_folder("altered"));
        const lnt_status status = lnt_trainer_load(trainer, in_folder("altered"), &error);
        assert_ne(status, LNT_OK, "change %zu", i);
        assert_contains(error.message, "the state of the optimizer is out of range");
        assert_same_bits(&parameters, &before);
        lnt_checkpoint_close(c.from);
    }
    content c = content_of(path);
    c.items[0].value = copy_of(LNT_F32, &c.items[0].value);
    write_content(&c, in_folder("altered"));
    FAILS(LNT_ERR_INVALID, lnt_trainer_load(trainer, in_folder("altered"), &error));
    OK(lnt_trainer_load(trainer, path, &error));
    lnt_checkpoint_close(c.from);
    lnt_trainer_destroy(trainer);
    lnt_net_destroy(net);
}
