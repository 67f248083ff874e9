/* SPDX-License-Identifier: MIT */
/* A run that is stopped anywhere and continued ends with the bits of one that never stopped. */
#include "io/safetensors/safetensors.h"
#include "support/file.h"
#include "support/fit.h"

#include <time.h>

TestSuite(resume, .init = make_test_folder, .fini = remove_test_folder);

enum { EPOCHS = 10, BATCH_ROWS = 14, BATCHES = 5, STEPS = EPOCHS * BATCHES };

/* A net with all that keeps something from step to step. */
static lnt_net *full_net(lnt_dtype dtype, uint64_t seed)
{
    const lnt_layer layers[] = {lnt_dense(8, LNT_TANH), lnt_batch_norm(), lnt_dropout(0.2),
                                lnt_dense(8, LNT_RELU), lnt_dense(1, LNT_IDENTITY)};
    const lnt_net_config config = {
        .dtype = dtype, .inputs = INPUTS, .layers = layers, .n_layers = 5, .seed = seed};
    lnt_net *net = NULL;
    OK(lnt_net_create(&net, &config));
    return net;
}

/* For methods that take no other layers. */
static lnt_net *dense_net(lnt_dtype dtype, uint64_t seed)
{
    const lnt_layer layers[] = {lnt_dense(6, LNT_TANH), lnt_dense(1, LNT_IDENTITY)};
    const lnt_net_config config = {
        .dtype = dtype, .inputs = INPUTS, .layers = layers, .n_layers = 2, .seed = seed};
    lnt_net *net = NULL;
    OK(lnt_net_create(&net, &config));
    return net;
}

static lnt_fit_config run_of(lnt_optim_kind kind)
{
    lnt_fit_config config = settings();
    config.epochs = EPOCHS;
    config.batch_rows = BATCH_ROWS;
    config.validation_fraction = 0.3; /* 70 rows: 5 batches an epoch */
    config.restore_best = true;
    config.optim = lnt_optim_defaults(kind);
    return config;
}

/* What a run leaves. */
typedef struct outcome {
    lnt_net *net;
    lnt_history *history;
    lnt_fit_result result;
} outcome;

static lnt_tensor run_x, run_y;

/* Runs, and stops after `stop` calls of the callback; 0: never. */
static outcome run(lnt_dtype dtype, uint64_t seed, lnt_fit_config config, const char *folder,
                   size_t stop, bool resume)
{
    const bool dense = config.optim.kind == LNT_LM || config.optim.kind == LNT_KFAC;
    outcome o = {.net = dense ? dense_net(dtype, seed) : full_net(dtype, seed)};
    seen s = {.stop_after = stop};
    OK(lnt_history_create(&o.history, o.net, config.epochs, NULL));
    config.history = o.history;
    config.callback = watch;
    config.callback_context = &s;
    config.checkpoint.directory = folder;
    config.checkpoint.resume = resume;
    lnt_error error = {LNT_OK, ""};
    const lnt_status status = lnt_fit(o.net, &run_x, &run_y, &config, &o.result, &error);
    assert_status(status, LNT_OK, "%s", error.message);
    return o;
}

static void finish(outcome *o)
{
    lnt_net_destroy(o->net);
    lnt_history_destroy(o->history);
}

static void same_history(const lnt_history *a, const lnt_history *b)
{
    assert_eq(lnt_history_epochs(a), lnt_history_epochs(b));
    for (size_t i = 0; i < lnt_history_epochs(a); i++) {
        lnt_history_row p = *lnt_history_get(a, i), q = *lnt_history_get(b, i);
        p.seconds = q.seconds = 0;
        assert_eq(p.epoch, q.epoch, "epoch %zu of the history", i + 1);
        assert_eq(p.steps, q.steps, "epoch %zu of the history", i + 1);
        assert_bytes_eq(&p.learning_rate, &q.learning_rate, sizeof(double),
                        "epoch %zu of the history", i + 1);
        assert_bytes_eq(&p.train_loss, &q.train_loss, sizeof(double), "epoch %zu of the history",
                        i + 1);
        assert_eq(p.validation.rows, q.validation.rows, "epoch %zu of the history", i + 1);
        assert_bytes_eq(p.validation.value, q.validation.value, sizeof p.validation.value,
                        "epoch %zu of the history", i + 1);
        for (size_t t = 0; !isnan(lnt_history_parameter_norm(a, i, t)); t++) {
            assert_eq(lnt_history_parameter_norm(a, i, t), lnt_history_parameter_norm(b, i, t));
            assert_eq(lnt_history_gradient_norm(a, i, t), lnt_history_gradient_norm(b, i, t));
        }
    }
}

static void same_outcome(const outcome *a, const outcome *b)
{
    const lnt_tensor p = lnt_net_state_vector(a->net), q = lnt_net_state_vector(b->net);
    assert_bytes_eq(p.data, q.data, p.cols * lnt_dtype_size(p.dtype), "parameters differ");
    const lnt_fit_result *r = &a->result, *s = &b->result;
    assert_eq(r->epochs, s->epochs);
    assert_eq(r->steps, s->steps);
    assert_eq(r->end, s->end);
    assert_eq(r->best_epoch, s->best_epoch);
    assert_bytes_eq(&r->best_value, &s->best_value, sizeof(double));
    assert_bytes_eq(&r->train_loss, &s->train_loss, sizeof(double));
    assert_bytes_eq(r->validation.value, s->validation.value, sizeof r->validation.value);
    same_history(a->history, b->history);
}

/* Stops after every call of the callback, each with a net of its own to go on with. */
static void stop_after(lnt_dtype dtype, lnt_fit_config config, size_t calls)
{
    regression(dtype, &run_x, &run_y);
    outcome whole = run(dtype, 1, config, NULL, 0, false);
    for (size_t stop = 1; stop <= calls; stop++) {
        char name[32];
        snprintf(name, sizeof name, "%d-%zu", (int) dtype, stop);
        const char *folder = in_folder(name);
        outcome first = run(dtype, 1, config, folder, stop, false);
        outcome second = run(dtype, 2, config, folder, 0, true);
        cr_assert(second.result.resumed);
        cr_assert(!second.result.different_build);
        assert_eq(second.result.resumed_steps, first.result.steps);
        same_outcome(&whole, &second);
        finish(&first);
        finish(&second);
        remove_tree(folder);
    }
    finish(&whole);
}

static void stop_everywhere(lnt_dtype dtype, lnt_fit_config config)
{
    stop_after(dtype, config, STEPS + EPOCHS);
}

#define EVERYWHERE(name, kind)                                                                     \
    Test(resume, at_every_step_of_##name)                                                          \
    {                                                                                              \
        stop_everywhere(LNT_F64, run_of(kind));                                                    \
        stop_everywhere(LNT_F32, run_of(kind));                                                    \
    }

EVERYWHERE(sgd, LNT_SGD)
EVERYWHERE(rmsprop, LNT_RMSPROP)
EVERYWHERE(adagrad, LNT_ADAGRAD)
EVERYWHERE(adam, LNT_ADAM)
EVERYWHERE(adamw, LNT_ADAMW)
EVERYWHERE(nadam, LNT_NADAM)
EVERYWHERE(amsgrad, LNT_AMSGRAD)
EVERYWHERE(rprop, LNT_RPROP)
EVERYWHERE(muon, LNT_MUON)
EVERYWHERE(soap, LNT_SOAP)
EVERYWHERE(lbfgs, LNT_LBFGS)
EVERYWHERE(scg, LNT_SCG)
EVERYWHERE(lm, LNT_LM)
EVERYWHERE(kfac, LNT_KFAC)

/* All rows in each batch, where the last evaluation of a step serves the next. */
static lnt_fit_config whole_run_of(lnt_optim_kind kind)
{
    lnt_fit_config config = run_of(kind);
    config.batch_rows = ROWS;
    config.epochs = 20;
    return config;
}

Test(resume, with_all_rows_in_a_batch)
{
    static const lnt_optim_kind kinds[] = {LNT_LBFGS, LNT_SCG, LNT_LM, LNT_KFAC};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        lnt_fit_config config = whole_run_of(kinds[i]);
        config.optim.l2 = 1e-3;
        config.optim.lbfgs.history_size = 3;
        stop_after(LNT_F64, config, 2 * config.epochs);
        stop_after(LNT_F32, config, 2 * config.epochs);
    }
}

Test(resume, with_momentum_averages_and_accumulated_gradients)
{
    lnt_fit_config config = run_of(LNT_SGD);
    config.optim.sgd.momentum = 0.9;
    config.optim.accumulate = 2; /* five batches an epoch: one gradient waits at its end */
    config.optim.ema_decay = 0.9;
    config.optim.clip_norm = 1;
    stop_everywhere(LNT_F64, config);
}

Test(resume, with_a_plateau)
{
    lnt_fit_config config = run_of(LNT_ADAM);
    config.schedule = lnt_schedule_defaults(LNT_SCHEDULE_PLATEAU);
    config.schedule.plateau.patience = 1;
    config.schedule.plateau.cooldown = 1;
    config.optim.learning_rate = 0.05;
    stop_everywhere(LNT_F64, config);
}

Test(resume, with_one_cycle_by_steps)
{
    lnt_fit_config config = run_of(LNT_SGD);
    config.optim.sgd.momentum = 0.9;
    config.schedule = lnt_schedule_defaults(LNT_SCHEDULE_ONE_CYCLE);
    config.schedule.per_step = true;
    stop_everywhere(LNT_F64, config);
}

Test(resume, with_patience)
{
    lnt_fit_config config = run_of(LNT_ADAM);
    config.optim.learning_rate = 0.3;
    config.patience = 3;
    regression(LNT_F64, &run_x, &run_y);
    outcome whole = run(LNT_F64, 1, config, NULL, 0, false);
    assert_eq(whole.result.end, LNT_END_PATIENCE);
    assert_lt(whole.result.epochs, EPOCHS);
    for (size_t stop = 1; stop <= (BATCHES + 1) * whole.result.epochs; stop++) {
        char name[32];
        snprintf(name, sizeof name, "%zu", stop);
        const char *folder = in_folder(name);
        outcome first = run(LNT_F64, 1, config, folder, stop, false);
        outcome second = run(LNT_F64, 2, config, folder, 0, true);
        same_outcome(&whole, &second);
        finish(&first);
        finish(&second);
    }
    finish(&whole);
}

Test(resume, with_threads)
{
    lnt_fit_config config = run_of(LNT_ADAM);
    OK(lnt_blas_set_threads(1));
    regression(LNT_F32, &run_x, &run_y);
    outcome whole = run(LNT_F32, 1, config, NULL, 0, false);
    config.oversubscribe = true;
    for (unsigned threads = 2; threads <= 4; threads++) {
        char name[32];
        snprintf(name, sizeof name, "%u", threads);
        const char *folder = in_folder(name);
        config.threads = threads;
        outcome first = run(LNT_F32, 1, config, folder, 7 * threads, false);
        config.threads = threads == 3 ? 1 : 3;
        outcome second = run(LNT_F32, 2, config, folder, 0, true);
        same_outcome(&whole, &second);
        finish(&first);
        finish(&second);
    }
    finish(&whole);
}

/* --- when checkpoints are made, and which stay --- */

static size_t checkpoints_in(const char *path)
{
    size_t count = 0;
    DIR *folder = opendir(path);
    for (struct dirent *entry; folder != NULL && (entry = readdir(folder)) != NULL;) {
        count += strncmp(entry->d_name, "checkpoint-", 11) == 0;
    }
    closedir(folder);
    return count;
}

Test(resume, keeps_the_newest)
{
    const char *folder = in_folder("run");
    lnt_fit_config config = run_of(LNT_ADAM);
    config.checkpoint.every_steps = 3;
    config.checkpoint.keep = 4;
    regression(LNT_F64, &run_x, &run_y);
    outcome o = run(LNT_F64, 1, config, folder, 0, false);
    const size_t kept = checkpoints_in(folder);
    assert_ge(kept, 2, "%zu are kept", kept);
    assert_le(kept, 4, "%zu are kept", kept); /* one that is due may be left out */
    char last[64];
    snprintf(last, sizeof last, "run/checkpoint-%012d.safetensors", STEPS);
    assert_eq(access(in_folder(last), R_OK), 0);
    finish(&o);
}

Test(resume, a_run_that_is_over_stays_so)
{
    const char *folder = in_folder("run");
    const lnt_fit_config config = run_of(LNT_ADAM);
    regression(LNT_F64, &run_x, &run_y);
    outcome whole = run(LNT_F64, 1, config, folder, 0, false);
    outcome again = run(LNT_F64, 2, config, folder, 0, true);
    same_outcome(&whole, &again);
    assert_eq(again.result.resumed_steps, STEPS);
    finish(&whole);
    finish(&again);
}

Test(resume, more_epochs_than_before)
{
    const char *folder = in_folder("run");
    lnt_fit_config config = run_of(LNT_ADAM);
    regression(LNT_F64, &run_x, &run_y);
    outcome whole = run(LNT_F64, 1, config, NULL, 0, false);
    config.epochs = 4;
    outcome part = run(LNT_F64, 1, config, folder, 0, false);
    config.epochs = EPOCHS;
    outcome rest = run(LNT_F64, 2, config, folder, 0, true);
    same_outcome(&whole, &rest);
    finish(&whole);
    finish(&part);
    finish(&rest);
}

Test(resume, begins_where_there_is_nothing)
{
    const lnt_fit_config config = run_of(LNT_ADAM);
    regression(LNT_F64, &run_x, &run_y);
    outcome whole = run(LNT_F64, 1, config, NULL, 0, false);
    outcome again = run(LNT_F64, 1, config, in_folder("run"), 0, true);
    cr_assert(!again.result.resumed);
    same_outcome(&whole, &again);
    finish(&whole);
    finish(&again);
}

Test(resume, steps_and_seconds_are_limits_of_their_own)
{
    const char *folder = in_folder("run");
    lnt_fit_config config = run_of(LNT_ADAM);
    regression(LNT_F64, &run_x, &run_y);
    outcome whole = run(LNT_F64, 1, config, NULL, 0, false);
    for (size_t steps = 7; steps < STEPS; steps += 7) {
        config.max_steps = steps;
        outcome part = run(LNT_F64, steps > 7 ? steps : 1, config, folder, 0, steps > 7);
        assert_eq(part.result.end, LNT_END_STEPS);
        assert_eq(part.result.steps, steps);
        finish(&part);
    }
    config.max_steps = 0;
    outcome rest = run(LNT_F64, 9, config, folder, 0, true);
    same_outcome(&whole, &rest);
    finish(&whole);
    finish(&rest);
}

static bool ask_to_stop(const lnt_fit_progress *progress, void *context)
{
    if (progress->steps == 3) {
        write_bytes(context, "", 0);
    }
    nanosleep(&(struct timespec){.tv_nsec = 2000000}, NULL);
    return true;
}

Test(resume, a_file_named_stop_ends_a_run)
{
    const char *folder = in_folder("run");
    char *stop = path_in(folder, LNT_CHECKPOINT_STOP_FILE);
    lnt_fit_config config = run_of(LNT_ADAM);
    config.epochs = 1000;
    config.callback = ask_to_stop;
    config.callback_context = stop;
    config.checkpoint.directory = folder;
    regression(LNT_F64, &run_x, &run_y);
    lnt_net *net = full_net(LNT_F64, 1);
    lnt_fit_result result;
    OK(lnt_fit(net, &run_x, &run_y, &config, &result, NULL));
    assert_eq(result.end, LNT_END_STOP_FILE);
    assert_ge(result.steps, 3);
    assert_ne(result.end, LNT_END_CALLBACK);
    assert_ne(access(stop, F_OK), 0);
    assert_eq(checkpoints_in(folder), 1);
    lnt_net_destroy(net);
    free(stop);
}

/* --- what is refused --- */

static void make_part(lnt_fit_config config, const char *folder)
{
    regression(LNT_F64, &run_x, &run_y);
    outcome part = run(LNT_F64, 1, config, folder, 8, false);
    finish(&part);
}

static void refused_run(lnt_fit_config config, const char *folder, bool resume, lnt_status status,
                        const char *sentence)
{
    lnt_net *net = full_net(LNT_F64, 3);
    lnt_tensor state = lnt_net_state_vector(net);
    const lnt_tensor before = copy_of(state.dtype, &state);
    config.checkpoint.directory = folder;
    config.checkpoint.resume = resume;
    lnt_error error = {LNT_OK, ""};
    FAILS(status, lnt_fit(net, &run_x, &run_y, &config, NULL, &error));
    assert_contains(error.message, sentence, "'%s' does not say '%s'", error.message, sentence);
    assert_bytes_eq(before.data, state.data, state.cols * sizeof(double), "the net changed");
    lnt_net_destroy(net);
}

Test(resume, changed_settings_and_data_are_refused)
{
    const char *folder = in_folder("run");
    const lnt_fit_config config = run_of(LNT_ADAM);
    make_part(config, folder);
    lnt_fit_config other = config;
    other.batch_rows = 10;
    refused_run(other, folder, true, LNT_ERR_MISMATCH,
                "was made with 'batch_rows = 14', now it is 'batch_rows = 10'");
    other = config;
    other.optim.learning_rate = 0.002;
    refused_run(other, folder, true, LNT_ERR_MISMATCH,
                "'optim.learning_rate = 0.001', now it is 'optim.learning_rate = 0.002'");
    other = config;
    other.checkpoint.options = "hidden = 3";
    refused_run(other, folder, true, LNT_ERR_MISMATCH, "now it is 'hidden = 3'");
    OK(lnt_tensor_set(&run_y, 50, 0, 0.123));
    refused_run(config, folder, true, LNT_ERR_MISMATCH, "was made with 'y = [100, 1], checksum ");
}

Test(resume, changed_settings_are_taken_when_told)
{
    const char *folder = in_folder("run");
    lnt_fit_config config = run_of(LNT_ADAM);
    make_part(config, folder);
    config.checkpoint.allow_changes = true;
    config.batch_rows = 10;
    OK(lnt_tensor_set(&run_y, 50, 0, 0.123));
    outcome rest = run(LNT_F64, 2, config, folder, 0, true);
    cr_assert(rest.result.resumed);
    assert_eq(rest.result.epochs, EPOCHS);
    assert_eq(rest.result.resumed_steps, 7); /* call 6 is the end of the first epoch */
    assert_eq(rest.result.steps, 7 + (EPOCHS - 1) * 7, "%zu steps", rest.result.steps);
    finish(&rest);
    config.optim = lnt_optim_defaults(LNT_SGD); /* keeps nothing, so nothing is missed */
    config.epochs = EPOCHS + 1;
    rest = run(LNT_F64, 2, config, folder, 0, true);
    assert_eq(rest.result.epochs, EPOCHS + 1);
    finish(&rest);
    config.optim = lnt_optim_defaults(LNT_ADAM);
    refused_run(config, folder, true, LNT_ERR_INVALID, "has no 'optimizer'");
}

Test(resume, another_net_is_refused)
{
    const char *folder = in_folder("run");
    lnt_fit_config config = run_of(LNT_ADAM);
    config.restore_best = false;
    make_part(config, folder);
    lnt_net *net = make_net(LNT_F64, 1);
    lnt_error error = {LNT_OK, ""};
    config.checkpoint.directory = folder;
    config.checkpoint.resume = config.checkpoint.allow_changes = true;
    FAILS(LNT_ERR_INVALID, lnt_fit(net, &run_x, &run_y, &config, NULL, &error));
    assert_contains(error.message, "'net' has 1 by ");
    lnt_net_destroy(net);
}

/* Writes a checkpoint again with one parameter that is NaN. */
static void write_nan(const char *path)
{
    enum { MOST = 16 };
    lnt_st_file *file;
    OK(lnt_st_open(&file, path, NULL, NULL));
    lnt_checkpoint_item items[MOST];
    lnt_checkpoint_text texts[MOST];
    lnt_checkpoint_content content = {.items = items, .texts = texts};
    for (size_t i = 0; i < lnt_st_metadata(file)->count; i++) {
        const lnt_name_item *text = &lnt_st_metadata(file)->items[i];
        if (strncmp(text->name, "linnet.", 7) != 0) {
            texts[content.n_texts++] = (lnt_checkpoint_text){text->name, text->value};
        }
    }
    for (; content.n_items < lnt_st_count(file); content.n_items++) {
        const lnt_st_entry *entry = lnt_st_at(file, content.n_items);
        void *data = malloc(entry->bytes + 1);
        OK(lnt_st_read(file, entry, data, NULL));
        const lnt_dtype dtype = entry->tensor.dtype == LNT_ST_F64 ? LNT_F64 : LNT_F32;
        lnt_checkpoint_item *item = &items[content.n_items];
        *item = (lnt_checkpoint_item){
            entry->tensor.name,
            lnt_tensor_view(dtype, data, entry->tensor.shape[0], entry->tensor.shape[1])};
        if (strcmp(item->name, "net") == 0) {
            OK(lnt_tensor_set(&item->value, 0, 1, NAN));
        }
    }
    OK(lnt_checkpoint_write(path, &content, NULL));
    for (size_t i = 0; i < content.n_items; i++) {
        free(items[i].value.data);
    }
    lnt_st_close(file);
}

/* A parameter that is not finite is no place to go on from, and the net is not changed. */
Test(resume, parameters_that_are_not_finite_are_refused)
{
    regression(LNT_F32, &run_x, &run_y);
    const char *folder = in_folder("run");
    lnt_fit_config config = run_of(LNT_ADAM);
    config.max_steps = 10;
    outcome o = run(LNT_F32, 1, config, folder, 0, false);
    config.max_steps = 0;
    finish(&o);
    char *path = path_in(folder, "checkpoint-000000000010.safetensors");
    write_nan(path);
    free(path);
    config.checkpoint.directory = folder;
    config.checkpoint.resume = true;
    for (int infinite = 0; infinite < 2; infinite++) { /* whatever the net holds before */
        lnt_net *net = full_net(LNT_F32, 1), *same = full_net(LNT_F32, 1);
        lnt_fit_result result;
        lnt_error error = {LNT_OK, ""};
        lnt_tensor a = lnt_net_state_vector(net), b = lnt_net_state_vector(same);
        if (infinite) {
            OK(lnt_tensor_set(&a, 0, 1, INFINITY));
            OK(lnt_tensor_set(&b, 0, 1, INFINITY));
        }
        assert_status(lnt_fit(net, &run_x, &run_y, &config, &result, &error), LNT_ERR_NONFINITE);
        assert_contains(error.message, "expected finite parameters, found nan; delete this file to "
                                       "resume from the previous checkpoint");
        assert_bytes_eq(a.data, b.data, a.cols * sizeof(float));
        lnt_net_destroy(net);
        lnt_net_destroy(same);
    }
}

Test(resume, checkpoints_of_another_run_are_not_touched)
{
    const char *folder = in_folder("run");
    const lnt_fit_config config = run_of(LNT_ADAM);
    make_part(config, folder);
    refused_run(config, folder, false, LNT_ERR_EXISTS, "the folder already has checkpoints");
    lnt_checkpoint_folder *open = NULL;
    OK(lnt_checkpoint_folder_open(&open, folder, 2, NULL, NULL));
    refused_run(config, folder, true, LNT_ERR_BUSY, "another run has this folder");
    lnt_checkpoint_folder_close(open);
    refused_run(config, in_folder("no/such/place"), true, LNT_ERR_IO, "No such file");
}

/* Flips a byte of the newest checkpoint. */
static void spoil(const char *folder, int number, size_t from_end)
{
    char name[64];
    snprintf(name, sizeof name, "checkpoint-%012d.safetensors", number);
    char *path = path_in(folder, name);
    bytes b = read_bytes(path);
    b.data[b.size - from_end] ^= 1;
    write_bytes(path, b.data, b.size);
    free(b.data);
    free(path);
}

Test(resume, a_bad_checkpoint_is_named_and_the_one_before_it_used)
{
    const char *folder = in_folder("run");
    lnt_fit_config config = run_of(LNT_ADAM);
    regression(LNT_F64, &run_x, &run_y);
    outcome whole = run(LNT_F64, 1, config, NULL, 0, false);
    config.max_steps = 10;
    outcome first = run(LNT_F64, 1, config, folder, 0, false);
    config.max_steps = 20;
    outcome second = run(LNT_F64, 1, config, folder, 0, true);
    spoil(folder, 20, 100);
    config.max_steps = 0;
    outcome rest = run(LNT_F64, 2, config, folder, 0, true);
    assert_eq(rest.result.resumed_steps, 10);
    assert_contains(rest.result.skipped_checkpoint.message,
                    "checkpoint-000000000020.safetensors: ");
    assert_status(rest.result.skipped_checkpoint.status, LNT_ERR_FORMAT, "%s",
                  rest.result.skipped_checkpoint.message);
    assert_eq(access(in_folder("run/checkpoint-000000000020.safetensors.bad"), F_OK), 0);
    same_outcome(&whole, &rest);
    spoil(folder, 10, 100);
    spoil(folder, STEPS, 100);
    refused_run(config, folder, true, LNT_ERR_FORMAT, "was altered: its checksum does not match");
    finish(&whole);
    finish(&first);
    finish(&second);
    finish(&rest);
}

/* A checkpoint that cannot be written is told of, and does not end the run. */
static bool take_folder_away(const lnt_fit_progress *progress, void *context)
{
    bool *told = context;
    if (progress->steps == 10) {
        remove_tree(in_folder("run"));
    }
    *told = *told || progress->checkpoint_error != NULL;
    nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    return true;
}

Test(resume, a_checkpoint_that_fails_is_told_of)
{
    bool told = false;
    lnt_fit_config config = run_of(LNT_ADAM);
    config.checkpoint.directory = in_folder("run");
    config.checkpoint.every_steps = 5;
    config.callback = take_folder_away;
    config.callback_context = &told;
    regression(LNT_F64, &run_x, &run_y);
    lnt_net *net = full_net(LNT_F64, 1);
    lnt_fit_result result;
    lnt_error error = {LNT_OK, ""};
    FAILS(LNT_ERR_IO, lnt_fit(net, &run_x, &run_y, &config, &result, &error));
    cr_assert(told);
    cr_assert(result.checkpoint_failed);
    assert_eq(result.steps, STEPS);
    assert_eq(result.end, LNT_END_EPOCHS);
    assert_contains(error.message, "checkpoint-000000000050.safetensors: cannot ");
    lnt_net_destroy(net);
}

/* --- a trainer --- */

static void step(lnt_trainer *trainer, size_t i)
{
    lnt_tensor x, y;
    OK(lnt_slice_rows(&run_x, i * 7 % 80, 14, 1, &x));
    OK(lnt_slice_rows(&run_y, i * 7 % 80, 14, 1, &y));
    OK(lnt_trainer_step(trainer, &x, &y, NULL, NULL));
}

static lnt_trainer *trainer_of(lnt_net *net, lnt_optim_kind kind)
{
    lnt_fit_config config = run_of(kind);
    config.schedule = lnt_schedule_defaults(LNT_SCHEDULE_COSINE);
    config.max_steps = 20;
    lnt_trainer *trainer = NULL;
    OK(lnt_trainer_create(&trainer, net, &config, NULL));
    return trainer;
}

Test(resume, a_trainer_goes_on_from_any_step)
{
    const char *path = in_folder("trainer");
    regression(LNT_F64, &run_x, &run_y);
    for (lnt_optim_kind kind = LNT_SGD; kind <= LNT_SOAP; kind++) {
        lnt_net *whole = full_net(LNT_F64, 1);
        lnt_trainer *trainer = trainer_of(whole, kind);
        for (size_t i = 0; i < 20; i++) {
            step(trainer, i);
        }
        lnt_trainer_destroy(trainer);
        for (size_t stop = 0; stop < 20; stop += 3) {
            lnt_net *part = full_net(LNT_F64, 1), *rest = full_net(LNT_F64, 2);
            trainer = trainer_of(part, kind);
            for (size_t i = 0; i < stop; i++) {
                step(trainer, i);
            }
            OK(lnt_trainer_save(trainer, path, NULL));
            lnt_trainer_destroy(trainer);
            trainer = trainer_of(rest, kind);
            OK(lnt_trainer_load(trainer, path, NULL));
            for (size_t i = stop; i < 20; i++) {
                step(trainer, i);
            }
            const lnt_tensor p = lnt_net_state_vector(whole), q = lnt_net_state_vector(rest);
            assert_bytes_eq(p.data, q.data, p.cols * sizeof(double), "%s, from %zu",
                            lnt_optim_name(kind), stop);
            lnt_trainer_destroy(trainer);
            lnt_net_destroy(part);
            lnt_net_destroy(rest);
        }
        lnt_net_destroy(whole);
    }
}

Test(resume, a_checkpoint_of_another_trainer_changes_nothing)
{
    const char *path = in_folder("trainer");
    regression(LNT_F64, &run_x, &run_y);
    lnt_net *net = full_net(LNT_F64, 1);
    lnt_trainer *adam = trainer_of(net, LNT_ADAM), *sgd = trainer_of(net, LNT_SGD);
    lnt_error error = {LNT_OK, ""};
    step(sgd, 0);
    OK(lnt_trainer_save(sgd, path, NULL));
    FAILS(LNT_ERR_INVALID, lnt_trainer_load(adam, path, &error));
    check_sentence(&error, LNT_ERR_INVALID, path, "is not of a trainer whose 'optimizer' has ");
    write_bytes(path, "nothing", 7);
    FAILS(LNT_ERR_FORMAT, lnt_trainer_load(sgd, path, &error));
    FAILS(LNT_ERR_NULL, lnt_trainer_save(NULL, path, &error));
    lnt_trainer_destroy(adam);
    lnt_trainer_destroy(sgd);
    lnt_net_destroy(net);
}

/* --- rows of a source --- */

static lnt_status read_rows(void *context, size_t first, const lnt_tensor *x, const lnt_tensor *y,
                            const lnt_tensor *weights, lnt_error *error)
{
    (void) context;
    (void) weights;
    (void) error;
    lnt_tensor from, to = *x;
    LNT_TRY(lnt_slice_rows(&run_x, first, x->rows, 1, &from));
    LNT_TRY(lnt_copy(&from, &to));
    to = *y;
    LNT_TRY(lnt_slice_rows(&run_y, first, y->rows, 1, &from));
    return lnt_copy(&from, &to);
}

static outcome run_source(uint64_t seed, lnt_fit_config config, size_t block_rows,
                          const char *folder, size_t stop, bool resume)
{
    outcome o = {.net = full_net(LNT_F64, seed)};
    seen s = {.stop_after = stop};
    const lnt_data_source source = {
        .rows = 70, .targets = 1, .block_rows = block_rows, .read = read_rows};
    OK(lnt_history_create(&o.history, o.net, config.epochs, NULL));
    config.history = o.history;
    config.callback = watch;
    config.callback_context = &s;
    config.checkpoint.directory = folder;
    config.checkpoint.resume = resume;
    lnt_error error = {LNT_OK, ""};
    const lnt_status status = lnt_fit_source(o.net, &source, &config, &o.result, &error);
    assert_status(status, LNT_OK, "%s", error.message);
    return o;
}

Test(resume, rows_that_are_read_in_blocks)
{
    lnt_fit_config config = run_of(LNT_ADAM);
    config.validation_fraction = 0;
    config.restore_best = false;
    regression(LNT_F64, &run_x, &run_y);
    outcome whole = run_source(1, config, 28, NULL, 0, false);
    for (size_t stop = 1; stop <= STEPS + EPOCHS; stop++) {
        const char *folder = in_folder("run");
        outcome first = run_source(1, config, 28, folder, stop, false);
        outcome second = run_source(2, config, 28, folder, 0, true);
        cr_assert(second.result.resumed);
        same_outcome(&whole, &second);
        finish(&first);
        finish(&second);
        remove_tree(folder);
    }
    finish(&whole);
}
