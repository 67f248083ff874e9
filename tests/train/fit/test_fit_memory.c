/* SPDX-License-Identifier: MIT */
/* Training of nets that remember more than parameters: running statistics, draws of dropout. */
#include "support/fit.h"

/* A net with all that training changes: statistics, moments, draws of dropout. */
static lnt_net *net_with_memory(void)
{
    const lnt_layer layers[] = {lnt_dense(8, LNT_TANH), lnt_batch_norm(), lnt_dropout(0.3),
                                lnt_dense(1, LNT_IDENTITY)};
    return new_net(LNT_F64, INPUTS, layers, 4);
}

/* The state of each epoch, and which had the lowest validation loss. */
typedef struct trace {
    size_t epochs;
    size_t best;
    double lowest;
    lnt_tensor state[60];
} trace;

static bool record(const lnt_fit_progress *progress, void *context)
{
    trace *t = context;
    if (progress->epoch_end) {
        const lnt_tensor state = lnt_net_state_vector_read_only(progress->net);
        const double loss = progress->validation.value[LNT_METRIC_LOSS];
        if (t->epochs == 0 || loss < t->lowest) {
            t->lowest = loss;
            t->best = t->epochs;
        }
        t->state[t->epochs++] = copy_of(state.dtype, &state);
    }
    return true;
}

Test(fit_memory, restores_the_statistics_too)
{
    static trace t;
    lnt_tensor x, y;
    regression(LNT_F64, &x, &y);
    lnt_net *net = net_with_memory();
    lnt_fit_config config = settings();
    config.epochs = 60;
    config.optim.learning_rate = 0.1;
    config.validation_fraction = 0.3;
    config.restore_best = true;
    config.callback = record;
    config.callback_context = &t;
    OK(lnt_fit(net, &x, &y, &config, NULL, NULL));
    const lnt_tensor now = lnt_net_state_vector(net);
    assert_lt(t.best + 1, t.epochs);
    assert_gt(now.cols, lnt_net_n_parameters(net));
    assert_same_bits(&now, &t.state[t.best]);
    lnt_net_destroy(net);
}

Test(fit_memory, goes_back_a_bounded_way)
{
    lnt_tensor x, y;
    regression(LNT_F64, &x, &y);
    const lnt_layer layers[] = {lnt_dense(4, LNT_TANH), lnt_batch_norm(),
                                lnt_dense(1, LNT_IDENTITY)};
    lnt_net *net = new_net(LNT_F64, INPUTS, layers, 3), *good = new_net(LNT_F64, INPUTS, layers, 3);
    lnt_fit_config config = settings();
    config.shuffle = false;
    config.batch_rows = 1;
    config.max_steps = LNT_FIT_ROLLBACK_STEPS;
    OK(lnt_fit(good, &x, &y, &config, NULL, NULL));
    config.max_steps = 0;
    OK(lnt_tensor_set(&y, LNT_FIT_ROLLBACK_STEPS + 9, 0, INFINITY));
    FAILS(LNT_ERR_NONFINITE, lnt_fit(net, &x, &y, &config, NULL, NULL));
    const lnt_tensor a = lnt_net_state_vector(net), b = lnt_net_state_vector(good);
    assert_same_bits(&a, &b);
    lnt_net_destroy(net);
    lnt_net_destroy(good);
}

Test(fit_memory, the_seed_decides_what_dropout_drops)
{
    lnt_tensor x, y;
    regression(LNT_F64, &x, &y);
    const lnt_layer layers[] = {lnt_dense(16, LNT_TANH), lnt_dropout(0.5),
                                lnt_dense(1, LNT_IDENTITY)};
    lnt_tensor end[3];
    for (size_t k = 0; k < 3; k++) {
        lnt_net *net = new_net(LNT_F64, INPUTS, layers, 3);
        lnt_fit_config config = settings();
        config.shuffle = false;
        config.seed = k == 2 ? 8 : 5;
        OK(lnt_fit(net, &x, &y, &config, NULL, NULL));
        const lnt_tensor parameters = lnt_net_parameters(net);
        end[k] = copy_of(LNT_F64, &parameters);
        lnt_net_destroy(net);
    }
    assert_same_bits(&end[0], &end[1]);
    cr_assert(!same_bits(&end[0], &end[2]));
}

/* A batch that is not finite is as if it had never been. */
Test(fit_memory, a_trainer_changes_nothing_if_it_is_not_finite)
{
    lnt_tensor x, y;
    regression(LNT_F64, &x, &y);
    lnt_tensor bad = copy_of(LNT_F64, &y), far = copy_of(LNT_F64, &x);
    OK(lnt_tensor_set(&bad, 3, 0, INFINITY));
    OK(lnt_tensor_set(&far, 3, 0, NAN));
    lnt_fit_config config = settings();
    config.batch_rows = ROWS;
    config.optim = lnt_optim_defaults(LNT_ADAM);
    config.optim.accumulate = 2;
    lnt_net *nets[2] = {net_with_memory(), net_with_memory()};
    for (size_t k = 0; k < 2; k++) {
        lnt_trainer *trainer = NULL;
        OK(lnt_trainer_create(&trainer, nets[k], &config, NULL));
        for (int step = 0; step < 7; step++) {
            if (k == 1) {
                const lnt_tensor now = lnt_net_state_vector(nets[k]);
                const lnt_tensor before = copy_of(LNT_F64, &now);
                double loss = 0;
                FAILS(LNT_ERR_NONFINITE, lnt_trainer_step(trainer, &x, &bad, NULL, &loss));
                cr_assert(!isfinite(loss), "%g", loss);
                FAILS(LNT_ERR_NONFINITE, lnt_trainer_step(trainer, &far, &y, NULL, NULL));
                FAILS(LNT_ERR_SHAPE, lnt_trainer_step(trainer, &y, &y, NULL, NULL));
                assert_same_bits(&now, &before);
            }
            OK(lnt_trainer_step(trainer, &x, &y, NULL, NULL));
        }
        assert_eq(lnt_optim_steps(lnt_trainer_optim(trainer)), 3);
        lnt_trainer_destroy(trainer);
    }
    const lnt_tensor a = lnt_net_state_vector(nets[0]), b = lnt_net_state_vector(nets[1]);
    assert_same_bits(&a, &b);
    lnt_net_destroy(nets[0]);
    lnt_net_destroy(nets[1]);
}
