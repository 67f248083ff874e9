/* SPDX-License-Identifier: MIT */
/* What a pass carries from one forward to the next: the number of the draw, and statistics. */
#include "net/pass_shards.h"
#include "support/net.h"

enum { COLS = 64 };

static lnt_pass *pass_of(const lnt_net *net)
{
    lnt_pass *pass = NULL;
    const lnt_pass_config config = {.max_rows = 4, .mode = LNT_TRAINING, .seed = 9};
    OK(lnt_pass_create(&pass, net, &config));
    return pass;
}

Test(pass_state, the_draw_has_forty_bits)
{
    const lnt_layer layer = lnt_dropout(0.5);
    lnt_net *net = new_net(LNT_F64, COLS, &layer, 1);
    lnt_pass *pass = pass_of(net);
    const uint64_t most = (UINT64_C(1) << 40) - 1;
    OK(lnt_pass_set_rng_counter(pass, most));
    assert_eq(lnt_pass_rng_counter(pass), most);
    FAILS(LNT_ERR_INVALID, lnt_pass_set_rng_counter(pass, most + 1));
    FAILS(LNT_ERR_INVALID, lnt_pass_set_rng_counter(pass, UINT64_MAX));
    FAILS(LNT_ERR_NULL, lnt_pass_set_rng_counter(NULL, 0));
    assert_eq(lnt_pass_rng_counter(pass), most);
    lnt_pass_destroy(pass);
    lnt_net_destroy(net);
}

/* Numbers near each other, and on both sides of what 8, 16 and 32 bits hold. */
static const uint64_t draws[] = {0,
                                 1,
                                 2,
                                 3,
                                 4,
                                 255,
                                 256,
                                 257,
                                 65535,
                                 65536,
                                 UINT32_MAX,
                                 UINT64_C(1) << 32,
                                 UINT64_C(1) << 39,
                                 (UINT64_C(1) << 40) - 1};

static const size_t places[] = {0, 1, 2, 255, 256, 257};

enum { DRAWS = sizeof draws / sizeof draws[0], PLACES = sizeof places / sizeof places[0] };
enum { LAYERS = 258, MASKS = PLACES * DRAWS };

/* What dropout leaves of ones, by the layer at `depth`; those below let all through. */
static lnt_tensor mask_of(const lnt_net *net, size_t depth, uint64_t draw)
{
    lnt_tensor x = matrix(LNT_F64, 1, COLS), y;
    lnt_pass *pass = pass_of(net);
    OK(lnt_fill(1, &x));
    OK(lnt_pass_set_rng_counter(pass, draw));
    OK(lnt_pass_forward(pass, net, &x, NULL));
    OK(lnt_pass_layer_output(pass, depth, &y));
    const lnt_tensor mask = copy_of(LNT_F64, &y);
    lnt_pass_destroy(pass);
    return mask;
}

Test(pass_state, no_two_draws_or_layers_drop_the_same)
{
    static lnt_tensor masks[MASKS];
    static lnt_layer layers[LAYERS];
    for (size_t p = 0; p < PLACES; p++) {
        for (size_t k = 0; k < LAYERS; k++) {
            layers[k] = k == places[p] ? lnt_dropout(0.5) : lnt_activation_layer(LNT_IDENTITY);
        }
        lnt_net *net = new_net(LNT_F64, COLS, layers, LAYERS);
        for (size_t d = 0; d < DRAWS; d++) {
            masks[p * DRAWS + d] = mask_of(net, places[p], draws[d]);
        }
        lnt_net_destroy(net);
    }
    for (size_t i = 0; i < MASKS; i++) {
        for (size_t j = 0; j < i; j++) {
            cr_assert(!same_bits(&masks[i], &masks[j]),
                      "layer %zu and draw %zu drop what layer %zu and draw %zu do",
                      places[i / DRAWS], (size_t) draws[i % DRAWS], places[j / DRAWS],
                      (size_t) draws[j % DRAWS]);
        }
    }
}

/* The statistics of a pass are those of the net that it went through, or of one like it. */
Test(pass_state, statistics_are_of_a_net_of_the_same_layers)
{
    const lnt_layer layers[] = {lnt_batch_norm(), lnt_dense(2, LNT_TANH)};
    const lnt_layer others[] = {lnt_dense(COLS, LNT_TANH), lnt_batch_norm()};
    lnt_net *net = new_net(LNT_F64, COLS, layers, 2), *like = new_net(LNT_F64, COLS, layers, 2);
    lnt_net *other = new_net(LNT_F64, COLS, others, 2), *narrow = new_net(LNT_F64, 3, layers, 2);
    lnt_net *const unlike[] = {other, narrow};
    lnt_pass *pass = pass_of(net);
    const lnt_tensor x = random_matrix(LNT_F64, 4, COLS, 1);
    FAILS(LNT_ERR_STATE, lnt_net_update_running_stats(net, pass)); /* before the first forward */
    OK(lnt_pass_forward(pass, net, &x, NULL));
    for (size_t i = 0; i < 2; i++) {
        const lnt_tensor state = lnt_net_state_vector(unlike[i]), before = copy_of(LNT_F64, &state);
        FAILS(LNT_ERR_MISMATCH, lnt_net_update_running_stats(unlike[i], pass));
        assert_same_bits(&state, &before);
    }
    const lnt_tensor state = lnt_net_state_vector(net), before = copy_of(LNT_F64, &state);
    OK(lnt_net_update_running_stats(net, pass));
    cr_assert(!same_bits(&state, &before));
    const lnt_tensor like_state = lnt_net_state_vector(like),
                     like_before = copy_of(LNT_F64, &like_state);
    OK(lnt_net_update_running_stats(like, pass));
    cr_assert(!same_bits(&like_state, &like_before));
    FAILS(LNT_ERR_NULL, lnt_net_update_running_stats(NULL, pass));
    FAILS(LNT_ERR_NULL, lnt_net_update_running_stats(net, NULL));
    lnt_pass_destroy(pass);
    lnt_net_destroy(net);
    lnt_net_destroy(like);
    lnt_net_destroy(other);
    lnt_net_destroy(narrow);
}

/* Long batches are evaluated in parts, whose losses are added. */
Test(pass_state, the_loss_of_a_batch_in_parts_is_that_of_the_whole)
{
    enum { LONG = 3000 };
    const lnt_layer layers[] = {lnt_dense(16, LNT_TANH), lnt_dense(2, LNT_IDENTITY)};
    for (lnt_dtype dtype = LNT_F32; dtype <= LNT_F64; dtype++) {
        lnt_net *net = new_net(dtype, 8, layers, 2);
        const lnt_pass_config config = {.max_rows = LONG, .mode = LNT_TRAINING};
        const lnt_loss loss = lnt_mse(LNT_MEAN);
        const lnt_tensor x = random_matrix(dtype, LONG, 8, 1), y = random_matrix(dtype, LONG, 2, 2);
        lnt_pass *pass = NULL;
        double whole, parts;
        assert_gt(lnt_shard_rows(net, &config), 0);
        OK(lnt_pass_create(&pass, net, &config));
        OK(lnt_pass_forward(pass, net, &x, NULL));
        OK(lnt_pass_loss(pass, &loss, &y, NULL, &whole));
        OK(lnt_pass_forward_backward(pass, net, &x, &loss, &y, NULL, &parts));
        assert_lt(fabs(parts / whole - 1), dtype == LNT_F64 ? 1e-12 : 1e-5, "%.17g and %.17g",
                  parts, whole);
        lnt_pass_destroy(pass);
        lnt_net_destroy(net);
    }
}
