/* SPDX-License-Identifier: MIT */
/* Training on rows that come block by block. */
#include "support/fit.h"

#include "support/failing_allocator.h"
#include "train/loader/data_loader.h"

/* Rows in memory behind the interface of a source; what it was asked for; where it fails. */
typedef struct shelf {
    lnt_tensor x;
    lnt_tensor y;
    lnt_tensor weights;
    size_t reads;
    size_t rows_read;
    size_t fail_at; /* 1-based read that fails; 0: none */
    bool silent;    /* fails without a sentence */
} shelf;

static lnt_status copy_rows(const lnt_tensor *from, size_t first, const lnt_tensor *to)
{
    lnt_tensor part, target = *to;
    LNT_TRY(lnt_slice_rows(from, first, to->rows, 1, &part));
    return lnt_copy(&part, &target);
}

static lnt_status read_shelf(void *context, size_t first, const lnt_tensor *x, const lnt_tensor *y,
                             const lnt_tensor *weights, lnt_error *error)
{
    shelf *s = context;
    if (++s->reads == s->fail_at) {
        return s->silent ? LNT_ERR_IO : lnt_fail(error, LNT_ERR_IO, "the shelf broke");
    }
    s->rows_read += x->rows;
    LNT_TRY(copy_rows(&s->x, first, x));
    LNT_TRY(copy_rows(&s->y, first, y));
    return weights != NULL ? copy_rows(&s->weights, first, weights) : LNT_OK;
}

static lnt_data_source source_of(shelf *s, size_t block_rows)
{
    return (lnt_data_source){.rows = s->x.rows,
                             .targets = s->y.cols,
                             .block_rows = block_rows,
                             .weighted = s->weights.rows > 0,
                             .read = read_shelf,
                             .context = s};
}

static lnt_net *net_of(lnt_dtype dtype)
{
    const lnt_layer layers[] = {lnt_dense(8, LNT_TANH), lnt_batch_norm(), lnt_dropout(0.2),
                                lnt_dense(1, LNT_IDENTITY)};
    return new_net(dtype, INPUTS, layers, 4);
}

static lnt_tensor weights_of(lnt_dtype dtype)
{
    lnt_tensor weights = matrix(dtype, ROWS, 1);
    for (size_t i = 0; i < ROWS; i++) {
        OK(lnt_tensor_set(&weights, i, 0, (double) (i % 3)));
    }
    return weights;
}

static void same_history(const lnt_history *a, const lnt_history *b)
{
    assert_eq(lnt_history_epochs(a), lnt_history_epochs(b));
    for (size_t i = 0; i < lnt_history_epochs(a); i++) {
        lnt_history_row p = *lnt_history_get(a, i), q = *lnt_history_get(b, i);
        assert_eq(p.train_loss, q.train_loss);
        assert_eq(p.steps, q.steps);
        assert_eq(p.epoch, q.epoch);
        assert_eq(p.validation.value[LNT_METRIC_LOSS], q.validation.value[LNT_METRIC_LOSS]);
        for (size_t k = 0; k < 6; k++) {
            assert_eq(lnt_history_gradient_norm(a, i, k), lnt_history_gradient_norm(b, i, k));
            assert_eq(lnt_history_parameter_norm(a, i, k), lnt_history_parameter_norm(b, i, k));
        }
    }
}

/* --- one block --- */

static void check_one_block(lnt_dtype dtype, bool shuffle, bool weighted)
{
    lnt_tensor x, y;
    regression(dtype, &x, &y);
    shelf s = {.x = x, .y = y};
    s.weights = weighted ? weights_of(dtype) : s.weights;
    lnt_net *nets[2] = {net_of(dtype), net_of(dtype)};
    lnt_history *histories[2];
    lnt_fit_result results[2];
    for (size_t k = 0; k < 2; k++) {
        OK(lnt_history_create(&histories[k], nets[k], 20, NULL));
        lnt_fit_config config = settings();
        config.shuffle = shuffle;
        config.x_val = &x;
        config.y_val = &y;
        config.history = histories[k];
        config.optim = lnt_optim_defaults(LNT_ADAM);
        if (k == 0) {
            config.weights = weighted ? &s.weights : NULL;
            OK(lnt_fit(nets[k], &x, &y, &config, &results[k], NULL));
        } else {
            const lnt_data_source source = source_of(&s, ROWS + 5);
            OK(lnt_fit_source(nets[k], &source, &config, &results[k], NULL));
        }
    }
    const lnt_tensor a = lnt_net_state_vector(nets[0]), b = lnt_net_state_vector(nets[1]);
    assert_same_bits(&a, &b);
    assert_eq(results[0].train_loss, results[1].train_loss);
    assert_eq(results[0].epochs, 20);
    assert_eq(results[1].epochs, 20);
    assert_eq(results[0].steps, results[1].steps);
    same_history(histories[0], histories[1]);
    assert_eq(s.reads, 1);
    assert_eq(s.rows_read, ROWS);
    for (size_t k = 0; k < 2; k++) {
        lnt_history_destroy(histories[k]);
        lnt_net_destroy(nets[k]);
    }
}

Test(fit_source, one_block_gives_the_bits_of_fit)
{
    for (int i = 0; i < 8; i++) {
        check_one_block(i & 1 ? LNT_F32 : LNT_F64, i & 2, i & 4);
    }
}

Test(fit_source, blocks_in_order_give_the_bits_of_fit)
{
    lnt_tensor x, y;
    regression(LNT_F32, &x, &y);
    for (size_t block = 1; block < ROWS; block += 21) {
        shelf s = {.x = x, .y = y};
        const lnt_data_source source = source_of(&s, block);
        lnt_net *a = net_of(LNT_F32), *b = net_of(LNT_F32);
        lnt_fit_config config = settings();
        config.shuffle = false;
        config.epochs = 3;
        OK(lnt_fit(a, &x, &y, &config, NULL, NULL));
        OK(lnt_fit_source(b, &source, &config, NULL, NULL));
        const lnt_tensor p = lnt_net_state_vector(a), q = lnt_net_state_vector(b);
        assert_same_bits(&p, &q, "blocks of %zu", block);
        assert_eq(s.rows_read, 3 * ROWS, "each row once an epoch, nothing for a fourth");
        lnt_net_destroy(a);
        lnt_net_destroy(b);
    }
}

/* --- several blocks: what the batches hold --- */

/* The rows of one batch, by their number, which is their input. */
typedef struct batch_rows {
    size_t count;
    size_t row[ROWS];
} batch_rows;

static shelf numbered(void)
{
    shelf s = {.x = matrix(LNT_F64, ROWS, INPUTS), .y = matrix(LNT_F64, ROWS, 1)};
    for (size_t i = 0; i < ROWS; i++) {
        OK(lnt_tensor_set(&s.x, i, 0, (double) i));
        OK(lnt_tensor_set(&s.y, i, 0, (double) i));
    }
    return s;
}

static batch_rows take(lnt_data_loader *loader, size_t epoch, size_t batch)
{
    lnt_batch b;
    OK(lnt_data_loader_get_batch(loader, epoch, batch, &b, NULL));
    batch_rows rows = {.count = b.x.rows};
    for (size_t i = 0; i < b.x.rows; i++) {
        rows.row[i] = (size_t) lnt_tensor_get(&b.x, i, 0);
        assert_eq(lnt_tensor_get(&b.y, i, 0), lnt_tensor_get(&b.x, i, 0));
    }
    return rows;
}

static lnt_fit_config feed_settings(size_t batch, bool shuffle)
{
    lnt_fit_config config = settings();
    config.batch_rows = batch;
    config.shuffle = shuffle;
    config.epochs = 4;
    return config;
}

/* An epoch has each row once, no batch rows of two blocks, and only one batch is short. */
static void check_epoch(lnt_data_loader *loader, size_t epoch, size_t batch, size_t block)
{
    bool seen_row[ROWS] = {false};
    size_t rows = 0, shorter = 0;
    assert_eq(loader->batches, (ROWS + batch - 1) / batch);
    for (size_t b = 0; b < loader->batches; b++) {
        const batch_rows r = take(loader, epoch, b);
        shorter += r.count < batch;
        rows += r.count;
        for (size_t i = 0; i < r.count; i++) {
            cr_assert(!seen_row[r.row[i]]);
            seen_row[r.row[i]] = true;
            assert_eq(r.row[i] / block, r.row[0] / block);
        }
    }
    assert_eq(rows, ROWS);
    assert_eq(shorter, ROWS % batch != 0);
}

Test(fit_source, every_row_comes_once_an_epoch)
{
    const lnt_fit_config all[] = {feed_settings(7, true), feed_settings(7, false),
                                  feed_settings(10, true), feed_settings(100, true)};
    const size_t blocks[] = {1, 7, 20, 22, 50, 99, 100, 200};
    lnt_net *net = make_net(LNT_F64, 1);
    for (size_t c = 0; c < 4; c++) {
        for (size_t k = 0; k < 8; k++) {
            shelf s = numbered();
            const size_t batch = all[c].batch_rows;
            const lnt_data_source source = source_of(&s, blocks[k]);
            const size_t whole = blocks[k] < batch ? batch : blocks[k] / batch * batch;
            lnt_data_loader loader;
            OK(lnt_data_loader_init_source(&loader, &all[c], net, &source));
            for (size_t epoch = 1; epoch <= 3; epoch++) {
                check_epoch(&loader, epoch, batch, blocks[k] >= ROWS ? ROWS : whole);
            }
            lnt_data_loader_clear(&loader);
        }
    }
    lnt_net_destroy(net);
}

Test(fit_source, blocks_and_their_rows_are_in_new_orders)
{
    const lnt_fit_config config = feed_settings(5, true);
    lnt_net *net = make_net(LNT_F64, 1);
    shelf s = numbered();
    for (int in_order = 0; in_order < 2; in_order++) {
        lnt_data_source source = source_of(&s, 10);
        source.in_order = in_order == 1;
        size_t different = 0, within = 0, moved = 0;
        lnt_data_loader loader;
        OK(lnt_data_loader_init_source(&loader, &config, net, &source));
        for (size_t b = 0; b < 20; b += 2) {
            const batch_rows first = take(&loader, 1, b), same = take(&loader, 1, b + 1);
            assert_eq(first.row[0] / 10, same.row[0] / 10);
            moved += first.row[0] / 10 != b / 2;
            for (size_t i = 0; i + 1 < 5; i++) {
                within += first.row[i] + 1 != first.row[i + 1];
            }
        }
        for (size_t b = 0; b < 20; b++) {
            different += take(&loader, 1, b).row[0] != take(&loader, 2, b).row[0];
        }
        assert_gt(within, 20);
        assert_gt(different, 10);
        cr_assert(in_order ? moved == 0 : moved > 4);
        lnt_data_loader_clear(&loader);
    }
    lnt_net_destroy(net);
}

/* A run may go on from any batch of any epoch, and finds what it would have found. */
Test(fit_source, batches_can_be_taken_from_anywhere)
{
    const lnt_fit_config config = feed_settings(7, true);
    lnt_net *net = make_net(LNT_F64, 1);
    shelf s = numbered();
    const lnt_data_source source = source_of(&s, 21);
    lnt_data_loader along;
    OK(lnt_data_loader_init_source(&along, &config, net, &source));
    for (size_t epoch = 1; epoch <= 4; epoch++) {
        for (size_t b = 0; b < along.batches; b++) {
            lnt_data_loader anew;
            OK(lnt_data_loader_init_source(&anew, &config, net, &source));
            const batch_rows p = take(&along, epoch, b), q = take(&anew, epoch, b);
            assert_eq(p.count, q.count);
            assert_bytes_eq(p.row, q.row, sizeof p.row);
            lnt_data_loader_clear(&anew);
        }
    }
    lnt_data_loader_clear(&along);
    lnt_net_destroy(net);
}

Test(fit_source, several_blocks_are_reproducible_and_another_order)
{
    lnt_tensor x, y;
    regression(LNT_F64, &x, &y);
    lnt_net *nets[3];
    for (size_t k = 0; k < 3; k++) {
        shelf s = {.x = x, .y = y};
        const lnt_data_source source = source_of(&s, k == 2 ? ROWS : 32);
        lnt_fit_config config = settings();
        lnt_fit_result result;
        nets[k] = net_of(LNT_F64);
        OK(lnt_fit_source(nets[k], &source, &config, &result, NULL));
        assert_eq(s.rows_read, (k == 2 ? 1 : 20) * ROWS);
        assert_eq(result.steps, 20 * 7);
    }
    const lnt_tensor a = lnt_net_state_vector(nets[0]), b = lnt_net_state_vector(nets[1]),
                     c = lnt_net_state_vector(nets[2]);
    assert_same_bits(&a, &b);
    cr_assert(!same_bits(&a, &c));
    for (size_t k = 0; k < 3; k++) {
        lnt_net_destroy(nets[k]);
    }
}

/* --- what goes wrong --- */

Test(fit_source, an_error_names_its_place_and_leaves_the_net_usable)
{
    lnt_tensor x, y;
    regression(LNT_F64, &x, &y);
    for (int silent = 0; silent < 2; silent++) {
        shelf s = {.x = x, .y = y, .fail_at = 6, .silent = silent}; /* the second of epoch 2 */
        const lnt_data_source source = source_of(&s, 32);
        lnt_net *net = make_net(LNT_F64, 1), *good = make_net(LNT_F64, 1);
        lnt_fit_config config = settings();
        config.shuffle = false;
        lnt_error error = {0};
        lnt_fit_result result;
        FAILS(LNT_ERR_IO, lnt_fit_source(net, &source, &config, &result, &error));
        assert_str_eq(error.message, silent ? "epoch 2, batch 3 of 7: a file could not be "
                                              "opened, read or written"
                                            : "epoch 2, batch 3 of 7: the shelf broke");
        assert_status(error.status, LNT_ERR_IO);
        assert_eq(result.epochs, 1);
        assert_eq(result.steps, 9);
        config.max_steps = 9;
        OK(lnt_fit(good, &x, &y, &config, NULL, NULL));
        same_parameters(net, good);
        OK(lnt_fit(net, &x, &y, &config, NULL, NULL));
        lnt_net_destroy(net);
        lnt_net_destroy(good);
    }
}

static void refuse(lnt_status status, const char *message, const lnt_data_source *source,
                   const lnt_fit_config *config, const lnt_loss *loss)
{
    lnt_net *net = make_net(LNT_F64, loss != NULL ? 2 : 1);
    const lnt_net *same = net;
    lnt_error error = {0};
    lnt_fit_config with = *config;
    with.loss = loss != NULL ? *loss : with.loss;
    FAILS(status, lnt_fit_source(net, source, &with, NULL, &error));
    assert_str_eq(error.message, message);
    assert_eq(error.status, status);
    assert_eq(same, net);
    lnt_net_destroy(net);
}

Test(fit_source, values_are_checked_as_they_come)
{
    lnt_tensor x, y;
    classification(LNT_F64, 0, &x, &y);
    lnt_tensor labels = copy_of(LNT_F64, &y);
    lnt_fit_config config = settings();
    config.shuffle = false;
    const lnt_loss loss = lnt_softmax_cross_entropy(LNT_MEAN);
    shelf s = {.x = x, .y = labels};
    lnt_data_source source = source_of(&s, 32);
    OK(lnt_tensor_set(&labels, 70, 0, 2));
    refuse(LNT_ERR_INVALID,
           "epoch 1, batch 5 of 7: training targets, row 71: expected a class from 0 to 1, found 2",
           &source, &config, &loss);
    OK(lnt_tensor_set(&labels, 70, 0, 1));
    s.weights = weights_of(LNT_F64);
    OK(lnt_tensor_set(&s.weights, 99, 0, -1));
    source.weighted = true;
    refuse(LNT_ERR_INVALID,
           "epoch 1, batch 7 of 7: weights, row 100: expected a finite number from 0, found -1",
           &source, &config, &loss);
}

Test(fit_source, refuses_what_needs_all_rows)
{
    lnt_tensor x, y;
    regression(LNT_F64, &x, &y);
    shelf s = {.x = x, .y = y};
    const lnt_data_source source = source_of(&s, 32);
    lnt_fit_config config = settings();
    config.sampling = LNT_SAMPLE_BALANCED;
    refuse(LNT_ERR_INVALID, "sampling is not all, which needs all rows in memory", &source, &config,
           NULL);
    config = settings();
    config.validation_fraction = 0.2;
    refuse(LNT_ERR_INVALID,
           "validation_fraction is 0.2, expected 0 for a source: give the rows to validate on as "
           "x_val and y_val",
           &source, &config, NULL);
    config = settings();
    config.weights = &y;
    refuse(LNT_ERR_INVALID, "weights is set, expected NULL for a source, which reads its weights",
           &source, &config, NULL);
    config = settings();
    lnt_data_source bad = source;
    bad.block_rows = 0;
    refuse(LNT_ERR_SHAPE, "the source has 100 rows in blocks of 0; expected at least 1 of each",
           &bad, &config, NULL);
    bad = source;
    bad.read = NULL;
    refuse(LNT_ERR_NULL, "the source's read is NULL", &bad, &config, NULL);
    bad = source;
    bad.targets = 3;
    refuse(LNT_ERR_SHAPE,
           "training targets [0, 3] of f64 do not fit the loss and 1 outputs of f64: the shapes do "
           "not fit together",
           &bad, &config, NULL);
    FAILS(LNT_ERR_NULL, lnt_fit_source(NULL, &source, &config, NULL, NULL));
    assert_eq(s.reads, 0);
}

Test(fit_source, a_callback_ends_it_while_a_block_is_read)
{
    lnt_tensor x, y;
    regression(LNT_F64, &x, &y);
    for (size_t after = 1; after < 9; after++) {
        shelf s = {.x = x, .y = y};
        const lnt_data_source source = source_of(&s, 16);
        lnt_net *net = make_net(LNT_F64, 1);
        seen watched = {.stop_after = after};
        lnt_fit_config config = settings();
        config.callback = watch;
        config.callback_context = &watched;
        lnt_fit_result result;
        OK(lnt_fit_source(net, &source, &config, &result, NULL));
        assert_eq(result.end, LNT_END_CALLBACK);
        assert_eq(watched.calls, after);
        lnt_net_destroy(net);
    }
}

/* --- memory --- */

typedef struct allocations {
    const failing *counter;
    size_t first; /* calls when the first batch was done */
    size_t last;
} allocations;

static bool count(const lnt_fit_progress *progress, void *context)
{
    allocations *a = context;
    a->last = a->counter->calls;
    a->first = progress->epoch == 1 && progress->batch == 1 ? a->last : a->first;
    return true;
}

Test(fit_source, takes_two_blocks_and_nothing_while_it_trains)
{
    enum { MANY = 20000, WIDE = 10 };
    shelf s = {.x = random_matrix(LNT_F32, MANY, WIDE, 1), .y = random_matrix(LNT_F32, MANY, 1, 2)};
    const lnt_layer layers[] = {lnt_dense(4, LNT_TANH), lnt_dense(1, LNT_IDENTITY)};
    size_t bytes[2];
    for (size_t k = 0; k < 2; k++) {
        failing counter = {0};
        const lnt_allocator allocator = failing_allocator(&counter);
        allocations seen_allocations = {.counter = &counter};
        lnt_net *net = new_net(LNT_F32, WIDE, layers, 2);
        const lnt_data_source source = source_of(&s, k == 0 ? 1024 : 2048);
        lnt_fit_config config = settings();
        config.epochs = 2;
        config.callback = count;
        config.callback_context = &seen_allocations;
        config.allocator = &allocator;
        OK(lnt_fit_source(net, &source, &config, NULL, NULL));
        assert_eq(seen_allocations.first, seen_allocations.last);
        assert_eq(counter.live, 0);
        bytes[k] = counter.bytes;
        lnt_net_destroy(net);
    }
    const size_t row = (WIDE + 1) * sizeof(float);
    assert_lt(bytes[0], 2 * 1024 * row + 1024 * sizeof(size_t) + 32768);
    assert_le(bytes[1] - bytes[0], 2 * 1024 * row + 1024 * sizeof(size_t));
}

Test(fit_source, out_of_memory_at_every_call)
{
    lnt_tensor x, y;
    regression(LNT_F64, &x, &y);
    for (size_t fail_at = 1;; fail_at++) {
        failing counter = {.fail_at = fail_at};
        const lnt_allocator allocator = failing_allocator(&counter);
        shelf s = {.x = x, .y = y, .weights = weights_of(LNT_F64)};
        const lnt_data_source source = source_of(&s, 32);
        lnt_net *net = make_net(LNT_F64, 1);
        lnt_fit_config config = settings();
        config.epochs = 1;
        config.allocator = &allocator;
        const lnt_status status = lnt_fit_source(net, &source, &config, NULL, NULL);
        assert_eq(counter.live, 0);
        lnt_net_destroy(net);
        if (status == LNT_OK) {
            assert_gt(fail_at, 10);
            return;
        }
        assert_status(status, LNT_ERR_MEMORY);
        assert_eq(s.reads, 0);
    }
}
