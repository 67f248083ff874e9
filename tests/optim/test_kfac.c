/* SPDX-License-Identifier: MIT */
#include "optim/kfac/kfac.h"
#include "support/fit.h"

/* K-FAC: factors, directions and the model against what defines them; whole data and parts. */

enum { WIDE = 3, OUTPUTS = 2, SOME = 24 };

/* A net, its pass and optimiser, and an evaluated batch. */
typedef struct bench {
    lnt_net *net;
    lnt_pass *pass;
    lnt_optim *optim;
    lnt_tensor x, y, weights;
    lnt_loss loss;
    lnt_optim_batch batch;
    lnt_optim_outcome outcome;
} bench;

static void open_bench(bench *b, lnt_dtype dtype, lnt_loss loss, bool weighted,
                       const lnt_optim_config *config)
{
    const lnt_layer layers[] = {lnt_dense(5, LNT_TANH), lnt_dense(OUTPUTS, LNT_IDENTITY)};
    *b = (bench){.net = new_net(dtype, WIDE, layers, 2), .loss = loss};
    b->pass = new_pass(b->net);
    b->x = random_matrix(dtype, SOME, WIDE, 1);
    b->y = random_matrix(dtype, SOME, OUTPUTS, 2);
    if (loss.kind != LNT_LOSS_MSE) {
        b->y = matrix(LNT_I32, SOME, loss.kind == LNT_LOSS_BINARY_CROSS_ENTROPY ? OUTPUTS : 1);
        for (size_t i = 0; i < SOME; i++) {
            for (size_t j = 0; j < b->y.cols; j++) {
                OK(lnt_tensor_set(&b->y, i, j, lnt_tensor_get(&b->x, i, j) > 0));
            }
        }
    }
    b->weights = matrix(dtype, SOME, 1);
    for (size_t i = 0; i < SOME; i++) {
        OK(lnt_tensor_set(&b->weights, i, 0, (double) (i % 4) / 2));
    }
    OK(lnt_optim_create(&b->optim, b->net, config));
    b->batch = (lnt_optim_batch){.x = &b->x,
                                 .target = &b->y,
                                 .weights = weighted ? &b->weights : NULL,
                                 .loss = &b->loss,
                                 .full_batch = true};
}

static void close_bench(bench *b)
{
    lnt_optim_destroy(b->optim);
    lnt_pass_destroy(b->pass);
    lnt_net_destroy(b->net);
}

static void evaluate(bench *b)
{
    OK(lnt_pass_forward_backward(b->pass, b->net, &b->x, &b->loss, &b->y, b->batch.weights,
                                 &b->batch.value));
}

static void step(bench *b)
{
    evaluate(b);
    OK(lnt_optim_step_batch(b->optim, b->net, b->pass, &b->batch, &b->outcome));
}

static lnt_tensor vector_of(const bench *b, void *data)
{
    return lnt_tensor_view(b->optim->dtype, data, 1, b->optim->n_parameters);
}

static lnt_tensor factor(const bench *b, size_t at, size_t n)
{
    char *data = b->optim->states[LNT_KFAC_FACTORS];
    lnt_tensor c =
        lnt_tensor_view(b->optim->dtype, data + at * lnt_dtype_size(b->optim->dtype), n, n);
    lnt_tensor whole = matrix(b->optim->dtype, n, n);
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < n; j++) {
            OK(lnt_tensor_set(&whole, i, j,
                              i >= j ? lnt_tensor_get(&c, i, j) : lnt_tensor_get(&c, j, i)));
        }
    }
    return whole;
}

static double mean_of_diagonal(const lnt_tensor *c)
{
    double sum = 0;
    for (size_t i = 0; i < c->rows; i++) {
        sum += lnt_tensor_get(c, i, i) / (double) c->rows;
    }
    return sum;
}

/* A is the mean of ā·āᵀ, weighted; for the first layer ā is known: x and a 1. */
Test(kfac, the_left_factor_is_of_the_inputs)
{
    for (int weighted = 0; weighted < 2; weighted++) {
        const lnt_optim_config config = lnt_optim_defaults(LNT_KFAC);
        bench b;
        open_bench(&b, LNT_F64, lnt_mse(LNT_MEAN), weighted, &config);
        step(&b);
        const lnt_kfac *k = b.optim->work;
        assert_eq(k->n_blocks, 2);
        assert_eq(k->blocks[0].inputs, WIDE + 1);
        assert_eq(k->blocks[1].outputs, 2);
        const lnt_tensor a = factor(&b, k->blocks[0].a, WIDE + 1);
        for (size_t i = 0; i <= WIDE; i++) {
            for (size_t j = 0; j <= WIDE; j++) {
                double sum = 0, total = 0;
                for (size_t r = 0; r < SOME; r++) {
                    const double w = weighted ? lnt_tensor_get(&b.weights, r, 0) : 1;
                    const double u = i < WIDE ? lnt_tensor_get(&b.x, r, i) : 1;
                    const double v = j < WIDE ? lnt_tensor_get(&b.x, r, j) : 1;
                    sum += w * u * v;
                    total += w;
                }
                assert_lt(fabs(lnt_tensor_get(&a, i, j) - sum / total), 1e-13);
            }
        }
        close_bench(&b);
    }
}

/* The G of the last layer is the mean of the output's Hessian, but for what is drawn. */
Test(kfac, drawn_targets_have_the_distribution_of_the_net)
{
    const lnt_loss losses[] = {lnt_mse(LNT_MEAN), lnt_softmax_cross_entropy(LNT_MEAN),
                               lnt_binary_cross_entropy(LNT_SUM)};
    for (size_t l = 0; l < 3; l++) {
        lnt_optim_config config = lnt_optim_defaults(LNT_KFAC);
        double found[OUTPUTS][OUTPUTS] = {{0}}, exact[OUTPUTS][OUTPUTS] = {{0}};
        enum { DRAWS = 400 };
        for (int draw = 0; draw < DRAWS; draw++) {
            bench b;
            config.kfac.seed = (uint64_t) draw;
            open_bench(&b, LNT_F64, losses[l], false, &config);
            evaluate(&b);
            lnt_kfac *k = b.optim->work;
            lnt_tensor output;
            OK(lnt_pass_layer_output(b.pass, 1, &output));
            OK(lnt_kfac_unit(&b.batch, &output, &k->unit));
            OK(lnt_kfac_update(b.optim, b.net, &b.batch));
            const lnt_tensor g = factor(&b, k->blocks[1].g, OUTPUTS);
            for (size_t i = 0; i < OUTPUTS; i++) {
                for (size_t j = 0; j < OUTPUTS; j++) {
                    found[i][j] += lnt_tensor_get(&g, i, j) / DRAWS;
                }
            }
            for (size_t r = 0; r < SOME && draw == 0; r++) {
                const lnt_kfac_row row = lnt_kfac_row_of(k, &b.batch, &output, 0, r);
                for (size_t i = 0; i < OUTPUTS; i++) {
                    for (size_t j = 0; j < OUTPUTS; j++) {
                        lnt_tensor u = matrix(LNT_F64, 1, OUTPUTS), v = matrix(LNT_F64, 1, OUTPUTS);
                        OK(lnt_tensor_set(&u, 0, i, 1));
                        OK(lnt_tensor_set(&v, 0, j, 1));
                        exact[i][j] += lnt_kfac_form(&row, &u, &v, 0);
                    }
                }
            }
            close_bench(&b);
        }
        for (size_t i = 0; i < OUTPUTS; i++) {
            for (size_t j = 0; j < OUTPUTS; j++) {
                assert_lt(fabs(found[i][j] - exact[i][j]), 0.06 * exact[0][0],
                          "loss %zu, (%zu, %zu): %g, expected %g", l, i, j, found[i][j],
                          exact[i][j]);
            }
        }
    }
}

/* (A + π·γ)·Δ·(G + γ/π) = −∇W */
Test(kfac, directions_solve_their_equation)
{
    lnt_optim_config config = lnt_optim_defaults(LNT_KFAC);
    config.kfac.damping = 0.3;
    bench b;
    open_bench(&b, LNT_F64, lnt_softmax_cross_entropy(LNT_MEAN), false, &config);
    evaluate(&b);
    lnt_kfac *k = b.optim->work;
    lnt_tensor output;
    double value = 0;
    OK(lnt_pass_layer_output(b.pass, 1, &output));
    OK(lnt_kfac_unit(&b.batch, &output, &k->unit));
    OK(lnt_optim_penalised(b.optim, b.net, b.pass, k->gradient, &value));
    OK(lnt_kfac_update(b.optim, b.net, &b.batch));
    OK(lnt_kfac_invert(b.optim));
    OK(lnt_kfac_precondition(b.optim, b.net));
    for (size_t i = 0; i < k->n_blocks; i++) {
        const lnt_kfac_block *block = &k->blocks[i];
        lnt_tensor a = factor(&b, block->a, block->inputs);
        lnt_tensor g = factor(&b, block->g, block->outputs);
        const double pi = sqrt(mean_of_diagonal(&a) / mean_of_diagonal(&g));
        for (size_t j = 0; j < a.rows; j++) {
            OK(lnt_tensor_set(&a, j, j, lnt_tensor_get(&a, j, j) + pi * sqrt(0.3)));
        }
        for (size_t j = 0; j < g.rows; j++) {
            OK(lnt_tensor_set(&g, j, j, lnt_tensor_get(&g, j, j) + sqrt(0.3) / pi));
        }
        const size_t offset = b.net->slots[block->slot].offset;
        const lnt_tensor direction = lnt_tensor_view(LNT_F64, (double *) k->direction + offset,
                                                     block->inputs, block->outputs);
        lnt_tensor gradient = lnt_tensor_view(LNT_F64, (double *) k->gradient + offset,
                                              block->inputs, block->outputs);
        lnt_tensor half = matrix(LNT_F64, block->inputs, block->outputs);
        lnt_tensor back = matrix(LNT_F64, block->inputs, block->outputs);
        OK(lnt_gemm(1, &a, &direction, 0, &half));
        OK(lnt_gemm(-1, &half, &g, 0, &back));
        assert_lt(difference(&back, &gradient), 1e-10, "block %zu", i);
    }
    close_bench(&b);
}

/* M by products with the Gauss-Newton matrix, which are checked elsewhere. */
static double model_at(bench *b, lnt_derivatives *d, const lnt_tensor *delta, double lambda)
{
    const lnt_kfac *k = b->optim->work;
    const lnt_tensor gradient = vector_of(b, k->gradient);
    lnt_tensor product = matrix(LNT_F64, 1, delta->cols);
    double curvature, squares, slope;
    OK(lnt_ggn_vp(d, &b->loss, &b->y, b->batch.weights, delta, &product));
    OK(lnt_dot(&product, delta, &curvature));
    OK(lnt_dot(delta, delta, &squares));
    OK(lnt_dot(&gradient, delta, &slope));
    return (curvature + lambda * squares) / 2 + slope;
}

Test(kfac, the_model_is_the_exact_one_and_least)
{
    lnt_loss losses[] = {lnt_mse(LNT_MEAN), lnt_softmax_cross_entropy(LNT_MEAN),
                         lnt_binary_cross_entropy(LNT_MEAN)};
    losses[1].label_smoothing = 0.1;
    for (size_t l = 0; l < 6; l++) {
        const lnt_optim_config config = lnt_optim_defaults(LNT_KFAC);
        bench b;
        open_bench(&b, LNT_F64, losses[l % 3], l >= 3, &config);
        lnt_derivatives *d = NULL;
        lnt_derivatives_config room = lnt_derivatives_defaults();
        OK(lnt_derivatives_create(&d, b.net, &room, NULL));
        step(&b); /* so that there is a last step */
        evaluate(&b);
        OK(lnt_derivatives_linearize(d, &b.x, NULL));
        lnt_kfac *k = b.optim->work;
        lnt_tensor output;
        double value = 0;
        lnt_kfac_least least;
        OK(lnt_pass_layer_output(b.pass, 1, &output));
        OK(lnt_kfac_unit(&b.batch, &output, &k->unit));
        OK(lnt_optim_penalised(b.optim, b.net, b.pass, k->gradient, &value));
        OK(lnt_kfac_update(b.optim, b.net, &b.batch));
        OK(lnt_kfac_invert(b.optim));
        OK(lnt_kfac_precondition(b.optim, b.net));
        OK(lnt_kfac_model(b.optim, b.net, &b.batch, true, &least));
        const double lambda = lnt_optim_damping(b.optim);
        const lnt_tensor direction = vector_of(&b, k->direction);
        const lnt_tensor last = vector_of(&b, b.optim->states[LNT_KFAC_LAST]);
        for (int turn = 0; turn < 5; turn++) {
            const double off[5][2] = {{0, 0}, {0.01, 0}, {-0.01, 0}, {0, 0.01}, {0, -0.01}};
            lnt_tensor delta = matrix(LNT_F64, 1, direction.cols);
            OK(lnt_axpy(least.alpha + off[turn][0], &direction, &delta));
            OK(lnt_axpy(least.mu + off[turn][1], &last, &delta));
            const double m = model_at(&b, d, &delta, lambda);
            if (turn == 0) {
                assert_lt(fabs(m - least.value), 1e-11 * fabs(m), "%zu: %.15g, expected %.15g", l,
                          least.value, m);
                assert_lt(least.value, 0);
            } else {
                assert_gt(m, least.value, "%zu, %d", l, turn);
            }
        }
        lnt_derivatives_destroy(d);
        close_bench(&b);
    }
}

Test(kfac, whole_data_go_down_in_every_step)
{
    const lnt_loss losses[] = {lnt_mse(LNT_MEAN), lnt_softmax_cross_entropy(LNT_MEAN),
                               lnt_binary_cross_entropy(LNT_MEAN)};
    for (size_t l = 0; l < 3; l++) {
        lnt_optim_config config = lnt_optim_defaults(LNT_KFAC);
        config.l2 = 1e-3;
        bench b;
        open_bench(&b, LNT_F64, losses[l], false, &config);
        double first = 0, last = INFINITY;
        for (int i = 0; i < 40; i++) {
            evaluate(&b);
            double value = b.batch.value;
            OK(lnt_optim_penalised(b.optim, b.net, b.pass, NULL, &value));
            assert_lt(value, last, "loss %zu, step %d", l, i);
            first = i == 0 ? value : first;
            last = value;
            OK(lnt_optim_step_batch(b.optim, b.net, b.pass, &b.batch, &b.outcome));
            cr_assert(!b.outcome.stalled);
            assert_ge(b.outcome.evaluations, 1);
        }
        assert_lt(last, 0.7 * first);
        close_bench(&b);
    }
}

/* A line is found in a few steps; then nothing helps. */
Test(kfac, least_squares)
{
    const lnt_layer layers[] = {lnt_dense(1, LNT_IDENTITY)};
    lnt_net *net = new_net(LNT_F64, INPUTS, layers, 1);
    lnt_tensor x, y;
    regression(LNT_F64, &x, &y);
    for (size_t i = 0; i < ROWS; i++) {
        OK(lnt_tensor_set(&y, i, 0, 2 * lnt_tensor_get(&x, i, 0) - lnt_tensor_get(&x, i, 2) + 0.5));
    }
    lnt_fit_config config = lnt_fit_defaults();
    config.optim = lnt_optim_defaults(LNT_KFAC);
    config.batch_rows = ROWS;
    config.epochs = 2000;
    lnt_fit_result result;
    OK(lnt_fit(net, &x, &y, &config, &result, NULL));
    assert_eq(result.end, LNT_END_STALLED, "end %d, loss %g", result.end, result.train_loss);
    assert_lt(result.train_loss, 1e-20, "end %d, loss %g", result.end, result.train_loss);
    lnt_net_destroy(net);
}

/* On a part the Fisher norm of the step is held; without momentum the step is ν·η·Δ. */
Test(kfac, parts_are_clipped)
{
    lnt_optim_config config = lnt_optim_defaults(LNT_KFAC);
    config.kfac.momentum = 0;
    config.learning_rate = 1;
    config.kfac.kl_clip = 1e-4;
    bench b;
    open_bench(&b, LNT_F64, lnt_mse(LNT_MEAN), false, &config);
    b.batch.full_batch = false;
    const lnt_tensor w = lnt_net_parameters(b.net);
    lnt_tensor moved = copy_of(LNT_F64, &w);
    step(&b);
    cr_assert(!b.outcome.evaluated);
    cr_assert(!b.outcome.stalled);
    assert_nan(b.outcome.value);
    const lnt_kfac *k = b.optim->work;
    const lnt_tensor direction = vector_of(&b, k->direction), gradient = vector_of(&b, k->gradient);
    double along;
    OK(lnt_scale(-1, &moved));
    OK(lnt_axpy(1, &w, &moved));
    OK(lnt_dot(&moved, &gradient, &along));
    double slope;
    OK(lnt_dot(&direction, &gradient, &slope));
    assert_gt(slope * slope, 0, "it would be larger");
    assert_gt(-slope, 1e-4, "it would be larger");
    const double nu = sqrt(1e-4 / -slope);
    lnt_tensor expected = copy_of(LNT_F64, &direction);
    OK(lnt_scale(nu, &expected));
    assert_lt(difference(&moved, &expected), 1e-12);
    assert_lt(fabs(along * nu + 1e-4), 1e-12);
    close_bench(&b);
}

Test(kfac, single_precision_follows_double)
{
    const lnt_optim_config config = lnt_optim_defaults(LNT_KFAC);
    bench b[2];
    for (int i = 0; i < 2; i++) {
        open_bench(&b[i], i == 0 ? LNT_F32 : LNT_F64, lnt_mse(LNT_MEAN), true, &config);
        for (int s = 0; s < 6; s++) {
            step(&b[i]);
        }
    }
    const lnt_tensor single = lnt_net_parameters(b[0].net), w = lnt_net_parameters(b[1].net);
    const lnt_tensor wide = copy_of(LNT_F64, &single);
    assert_lt(difference(&wide, &w), 1e-3);
    close_bench(&b[0]);
    close_bench(&b[1]);
}

/* Chunks of rows give what all rows at once do: targets are drawn by the row. */
Test(kfac, rows_in_chunks)
{
    const lnt_optim_config config = lnt_optim_defaults(LNT_KFAC);
    lnt_tensor w[2];
    for (int i = 0; i < 2; i++) {
        bench b;
        open_bench(&b, LNT_F64, lnt_softmax_cross_entropy(LNT_MEAN), true, &config);
        if (i == 1) {
            ((lnt_kfac *) b.optim->work)->chunk = 7;
        }
        for (int s = 0; s < 5; s++) {
            step(&b);
        }
        const lnt_tensor parameters = lnt_net_parameters(b.net);
        w[i] = copy_of(LNT_F64, &parameters);
        close_bench(&b);
    }
    assert_lt(difference(&w[0], &w[1]), 1e-9);
}

static void is_refused(const lnt_net *net, const lnt_loss *loss, const lnt_optim_config *config,
                       lnt_status status, const char *words)
{
    lnt_error error = {0};
    FAILS(status, lnt_optim_supports(config, net, loss, &error));
    assert_contains(error.message, words);
}

/* L-BFGS keeps 20 pairs of parameters, which may be more than factors. */
Test(kfac, what_needs_less_memory)
{
    const lnt_layer layers[] = {lnt_dense(64, LNT_TANH), lnt_dense(64, LNT_IDENTITY)};
    lnt_net *net = new_net(LNT_F64, 64, layers, 2);
    const lnt_loss mse = lnt_mse(LNT_MEAN);
    const lnt_optim_config adamw = lnt_optim_defaults(LNT_ADAMW),
                           lbfgs = lnt_optim_defaults(LNT_LBFGS);
    lnt_optim_config config = lnt_optim_defaults(LNT_KFAC);
    config.max_bytes = 1000;
    config.max_rows = 1;
    assert_lt(lnt_optim_memory_bytes(&adamw, net), lnt_optim_memory_bytes(&config, net));
    assert_gt(lnt_optim_memory_bytes(&lbfgs, net), lnt_optim_memory_bytes(&config, net));
    is_refused(net, &mse, &config, LNT_ERR_TOO_LARGE, "; adamw needs less");
    config.max_rows = 100000;
    assert_lt(lnt_optim_memory_bytes(&lbfgs, net), lnt_optim_memory_bytes(&config, net));
    is_refused(net, &mse, &config, LNT_ERR_TOO_LARGE, "; lbfgs needs less");
    lnt_net_destroy(net);
}

Test(kfac, what_is_refused)
{
    const lnt_layer dense[] = {lnt_dense(4, LNT_TANH), lnt_dense(1, LNT_IDENTITY)};
    const lnt_layer normed[] = {lnt_dense(4, LNT_TANH), lnt_layer_norm(),
                                lnt_dense(1, LNT_IDENTITY)};
    lnt_net *net = new_net(LNT_F64, 3, dense, 2), *other = new_net(LNT_F64, 3, normed, 3);
    const lnt_loss mse = lnt_mse(LNT_MEAN), mae = lnt_mae(LNT_MEAN);
    lnt_optim_config config = lnt_optim_defaults(LNT_KFAC);
    OK(lnt_optim_supports(&config, net, &mse, NULL));
    is_refused(other, &mse, &config, LNT_ERR_INVALID, "layers.1 is layer_norm");
    is_refused(net, &mae, &config, LNT_ERR_INVALID, "the loss is mae");
    config.max_bytes = 1000;
    is_refused(net, &mse, &config, LNT_ERR_TOO_LARGE, "more than max_bytes 1000; ");
    lnt_optim *optim = NULL;
    FAILS(LNT_ERR_TOO_LARGE, lnt_optim_create(&optim, net, &config));
    cr_assert_null(optim);
#define BAD(setting)                                                                               \
    config = lnt_optim_defaults(LNT_KFAC);                                                         \
    config.setting;                                                                                \
    FAILS(LNT_ERR_INVALID, lnt_optim_create(&optim, net, &config))
    BAD(kfac.damping = 0);
    BAD(kfac.factor_ema_decay = 1);
    BAD(kfac.inverse_frequency = 0);
    BAD(kfac.kl_clip = 0);
    BAD(kfac.momentum = 1);
    BAD(max_rows = 0);
    lnt_net_destroy(net);
    lnt_net_destroy(other);
}

/* Noise is learned by heart, unless rows held out say when to stop. */
Test(kfac, early_stopping_restores_the_best)
{
    lnt_tensor x, y;
    regression(LNT_F64, &x, &y);
    const lnt_tensor noise = random_matrix(LNT_F64, ROWS, 1, 8);
    OK(lnt_axpy(0.5, &noise, &y));
    lnt_net *net = make_net(LNT_F64, 1);
    lnt_fit_config config = lnt_fit_defaults();
    config.optim = lnt_optim_defaults(LNT_KFAC);
    config.batch_rows = ROWS;
    config.epochs = 300;
    config.validation_fraction = 0.3;
    config.patience = 10;
    config.restore_best = true;
    lnt_fit_result result;
    OK(lnt_fit(net, &x, &y, &config, &result, NULL));
    assert_eq(result.end, LNT_END_PATIENCE);
    assert_lt(result.best_epoch, result.epochs);
    assert_eq(result.validation.value[LNT_METRIC_LOSS], result.best_value);
    lnt_net_destroy(net);
}
