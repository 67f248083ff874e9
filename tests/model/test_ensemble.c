/* SPDX-License-Identifier: MIT */
#include "support/failing_allocator.h"
#include "support/net.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* Ensembles are the single fits; mixtures against their definition; Laplace in model files. */

enum { ROWS = 40, INPUTS = 3, MEMBERS = 3 };

typedef struct scene {
    lnt_tensor x, y;
    lnt_layer layers[2];
    lnt_net_config net;
    lnt_fit_config fit;
    lnt_model models[MEMBERS];
    const lnt_model *list[MEMBERS];
} scene;

static bool count_members(const lnt_fit_progress *progress, void *context)
{
    size_t *last = context;
    cr_assert(progress->member == *last || progress->member == *last + 1);
    *last = progress->member;
    return true;
}

static void train(scene *s, lnt_loss loss)
{
    static size_t last;
    const size_t outputs = loss.kind == LNT_LOSS_MSE ? 2 : 4;
    lnt_net *members[MEMBERS];
    last = 0;
    s->x = random_matrix(LNT_F64, ROWS, INPUTS, 1);
    s->y = random_matrix(LNT_F64, ROWS, 2, 2);
    s->layers[0] = lnt_dense(5, LNT_TANH);
    s->layers[1] = lnt_dense(outputs, LNT_IDENTITY);
    s->net = lnt_net_defaults();
    s->net.dtype = LNT_F64;
    s->net.inputs = INPUTS;
    s->net.layers = s->layers;
    s->net.n_layers = 2;
    s->net.seed = 70;
    s->fit = lnt_fit_defaults();
    s->fit.epochs = 5;
    s->fit.seed = 9;
    s->fit.loss = loss;
    s->fit.callback = count_members;
    s->fit.callback_context = &last;
    OK(lnt_ensemble_fit(members, MEMBERS, &s->net, &s->x, &s->y, &s->fit, NULL, NULL));
    assert_eq(last, MEMBERS - 1);
    static const double offset[] = {3, -1}, scale[] = {10, -0.5};
    for (size_t m = 0; m < MEMBERS; m++) {
        s->models[m] = lnt_model_init();
        s->models[m].net = members[m];
        s->models[m].loss = loss;
        OK(lnt_scaler_create(&s->models[m].target_scaler, 2, offset, scale, NULL));
        s->list[m] = &s->models[m];
    }
}

static void finish(scene *s)
{
    for (size_t m = 0; m < MEMBERS; m++) {
        lnt_model_finish(&s->models[m]);
    }
}

Test(ensemble, same_bits_as_single_fits)
{
    scene s;
    train(&s, lnt_mse(LNT_MEAN));
    s.fit.callback = NULL;
    for (size_t m = 0; m < MEMBERS; m++) {
        lnt_net *net;
        lnt_net_config config = s.net;
        lnt_fit_config fit = s.fit;
        config.seed += m;
        fit.seed += m;
        OK(lnt_net_create(&net, &config));
        OK(lnt_fit(net, &s.x, &s.y, &fit, NULL, NULL));
        const lnt_tensor a = lnt_net_parameters(net), b = lnt_net_parameters(s.models[m].net);
        assert_same_bits(&a, &b);
        lnt_net_destroy(net);
    }
    finish(&s);
}

/* The mixture's moments from each member's prediction. */
static void against_definition(const scene *s)
{
    const lnt_loss_kind kind = s->models[0].loss.kind;
    const size_t outputs = lnt_net_outputs(s->models[0].net);
    lnt_uncertainty *u;
    lnt_tensor mean = matrix(LNT_F64, ROWS, 2), sd = mean, epistemic = mean, each[MEMBERS];
    sd = matrix(LNT_F64, ROWS, 2);
    epistemic = matrix(LNT_F64, ROWS, 2);
    OK(lnt_uncertainty_create(&u, s->list, MEMBERS, 7, NULL, NULL));
    assert_eq(lnt_uncertainty_cols(u), 2);
    OK(lnt_uncertainty_predict(u, &s->x, &mean, &sd, &epistemic));
    for (size_t m = 0; m < MEMBERS; m++) {
        lnt_predictor *p;
        each[m] = matrix(LNT_F64, ROWS, outputs);
        OK(lnt_predictor_create(&p, s->list[m], 32, NULL));
        OK(lnt_predict(p, &s->x, &each[m]));
        lnt_predictor_destroy(p);
    }
    for (size_t i = 0; i < ROWS; i++) {
        for (size_t j = 0; j < 2; j++) {
            double sum = 0, squares = 0, noise = 0;
            for (size_t m = 0; m < MEMBERS; m++) {
                const double v = lnt_tensor_get(&each[m], i, j);
                const double n = kind == LNT_LOSS_GAUSSIAN ? lnt_tensor_get(&each[m], i, 2 + j) : 0;
                sum += v / MEMBERS;
                squares += v * v / MEMBERS;
                noise += n * n / MEMBERS;
            }
            const double model = squares - sum * sum;
            assert_lt(fabs(lnt_tensor_get(&mean, i, j) - sum), 1e-12 * (1 + fabs(sum)));
            assert_lt(fabs(lnt_tensor_get(&epistemic, i, j) - sqrt(model)),
                      1e-9 * sqrt(model) + 1e-9);
            assert_lt(fabs(lnt_tensor_get(&sd, i, j) - sqrt(model + noise)),
                      1e-9 * (1 + sqrt(noise)));
        }
    }
    lnt_uncertainty_destroy(u);
}

Test(ensemble, mixture_of_numbers)
{
    scene s;
    train(&s, lnt_mse(LNT_MEAN));
    against_definition(&s);
    finish(&s);
}

Test(ensemble, mixture_of_gaussians)
{
    scene s;
    train(&s, lnt_gaussian(LNT_MEAN));
    against_definition(&s);
    finish(&s);
}

/* One model with a Laplace approximation: the targets' own unit; saved, loaded: the same bits. */
Test(ensemble, laplace_in_own_unit_and_in_a_file)
{
    scene s;
    train(&s, lnt_mse(LNT_MEAN));
    for (int structure = LNT_LAPLACE_LAST_LAYER; structure <= LNT_LAPLACE_FULL; structure++) {
        lnt_model *model = &s.models[0];
        lnt_laplace_config config = {.structure = (lnt_laplace_structure) structure};
        OK(lnt_laplace_fit(&model->laplace, model->net, &model->loss, &s.x, &s.y, NULL, &config,
                           NULL));
        char path[] = "/tmp/linnet-laplace-XXXXXX";
        const int file = mkstemp(path);
        assert_ge(file, 0);
        lnt_error error = {0};
        assert_status(lnt_model_save(model, path, &error), LNT_OK, "%s", error.message);
        lnt_model loaded;
        assert_status(lnt_model_load(&loaded, path, NULL, &error), LNT_OK, "%s", error.message);
        const lnt_laplace_info *a = lnt_laplace_get_info(model->laplace);
        const lnt_laplace_info *b = lnt_laplace_get_info(loaded.laplace);
        assert_eq(a->parameters, b->parameters);
        assert_eq(a->rows, b->rows);
        assert_eq(b->rows, ROWS);
        assert_eq(a->structure, b->structure);
        assert_eq(a->noise, b->noise);
        assert_eq(a->prior_precision, b->prior_precision);
        assert_eq(a->effective, b->effective);
        assert_eq(a->log_marginal, b->log_marginal);
        const lnt_model *pair[] = {model, &loaded};
        lnt_tensor mean[2], sd[2], raw_mean = matrix(LNT_F64, ROWS, 2),
                                   raw_sd = matrix(LNT_F64, ROWS, 2);
        for (size_t i = 0; i < 2; i++) {
            lnt_uncertainty *u;
            mean[i] = matrix(LNT_F64, ROWS, 2);
            sd[i] = matrix(LNT_F64, ROWS, 2);
            OK(lnt_uncertainty_create(&u, &pair[i], 1, 11, NULL, NULL));
            OK(lnt_uncertainty_predict(u, &s.x, &mean[i], &sd[i], NULL));
            lnt_uncertainty_destroy(u);
        }
        assert_same_bits(&mean[0], &mean[1]);
        assert_same_bits(&sd[0], &sd[1]);
        lnt_laplace_predictor *p;
        OK(lnt_laplace_predictor_create(&p, model->net, model->laplace, 11, NULL));
        OK(lnt_laplace_predict(p, &s.x, &raw_mean, &raw_sd, NULL));
        for (size_t i = 0; i < ROWS; i++) {
            assert_lt(fabs(lnt_tensor_get(&sd[0], i, 0) / lnt_tensor_get(&raw_sd, i, 0) - 10),
                      1e-10);
            assert_lt(fabs(lnt_tensor_get(&sd[0], i, 1) / lnt_tensor_get(&raw_sd, i, 1) - 0.5),
                      1e-10);
            assert_lt(
                fabs(lnt_tensor_get(&mean[0], i, 1) + 0.5 * lnt_tensor_get(&raw_mean, i, 1) + 1),
                1e-12);
        }
        lnt_laplace_predictor_destroy(p);
        lnt_model_finish(&loaded);
        lnt_net *alone; /* finds its own tensors among the others */
        OK(lnt_net_load(&alone, path, NULL, NULL));
        lnt_net_destroy(alone);
        model->loss = lnt_mae(LNT_MEAN);
        FAILS(LNT_ERR_INVALID, lnt_model_save(model, path, &error));
        assert_contains(error.message, "another net or loss");
        model->loss = lnt_mse(LNT_MEAN);
        lnt_laplace_destroy(model->laplace);
        model->laplace = NULL;
        assert_eq(remove(path), 0);
    }
    finish(&s);
}

/* Any byte changed in a file with a Laplace approximation is found. */
Test(ensemble, damaged_files)
{
    scene s;
    train(&s, lnt_mse(LNT_MEAN));
    lnt_model *model = &s.models[0];
    lnt_laplace_config config = {.structure = LNT_LAPLACE_KRONECKER};
    OK(lnt_laplace_fit(&model->laplace, model->net, &model->loss, &s.x, &s.y, NULL, &config, NULL));
    char path[] = "/tmp/linnet-laplace-XXXXXX";
    assert_ge(mkstemp(path), 0);
    OK(lnt_model_save(model, path, NULL));
    FILE *file = fopen(path, "r+b");
    cr_assert_not_null(file);
    assert_eq(fseek(file, 0, SEEK_END), 0);
    const long size = ftell(file);
    for (long at = 0; at < size; at += 3) {
        assert_eq(fseek(file, at, SEEK_SET), 0);
        const int byte = fgetc(file);
        assert_eq(fseek(file, at, SEEK_SET), 0);
        assert_ne(fputc(byte ^ 4, file), EOF);
        assert_eq(fflush(file), 0);
        lnt_model loaded;
        lnt_error error = {0};
        const lnt_status status = lnt_model_load(&loaded, path, NULL, &error);
        cr_assert(status == LNT_ERR_FORMAT || status == LNT_OK);
        if (status == LNT_OK) { /* such as in the blanks behind the header */
            assert_lt(at, 8192);
            cr_assert_not_null(loaded.laplace);
            lnt_model_finish(&loaded);
        }
        cr_assert_null(loaded.laplace);
        cr_assert_null(loaded.net);
        assert_eq(fseek(file, at, SEEK_SET), 0);
        assert_ne(fputc(byte, file), EOF);
        assert_eq(fflush(file), 0);
    }
    fclose(file);
    assert_eq(remove(path), 0);
    finish(&s);
}

Test(ensemble, memory_and_wrong_use)
{
    scene s;
    lnt_error error = {0};
    lnt_uncertainty *u;
    train(&s, lnt_mse(LNT_MEAN));
    FAILS(LNT_ERR_INVALID, lnt_uncertainty_create(&u, s.list, 1, 8, NULL, &error));
    cr_assert_null(u);
    assert_contains(error.message, "one model alone");
    lnt_net *members[2];
    s.fit.checkpoint.directory = "nowhere";
    FAILS(LNT_ERR_INVALID, lnt_ensemble_fit(members, 2, &s.net, &s.x, &s.y, &s.fit, NULL, &error));
    cr_assert_null(members[0]);
    assert_contains(error.message, "of one run");
    lnt_net *three[3] = {NULL, NULL, NULL}; /* the third is no member */
    OK(lnt_net_create(&three[2], &s.net));
    s.fit.checkpoint.directory = NULL;
    s.fit.epochs = 0;
    FAILS(LNT_ERR_INVALID, lnt_ensemble_fit(three, 2, &s.net, &s.x, &s.y, &s.fit, NULL, &error));
    cr_assert_null(three[0]);
    cr_assert_null(three[1]);
    cr_assert_not_null(three[2]);
    lnt_net_destroy(three[2]);
    s.models[1].loss = lnt_mae(LNT_MEAN);
    FAILS(LNT_ERR_INVALID, lnt_uncertainty_create(&u, s.list, 2, 8, NULL, &error));
    assert_contains(error.message, "model 2 has another loss");
    s.models[1].loss = lnt_mse(LNT_MEAN);
    static const char *const names[] = {"a", "b"}, *const others[] = {"c", "b"};
    OK(lnt_names_create(&s.models[0].target_names, names, 2, NULL));
    OK(lnt_names_create(&s.models[1].target_names, others, 2, NULL));
    FAILS(LNT_ERR_INVALID, lnt_uncertainty_create(&u, s.list, 2, 8, NULL, &error));
    assert_contains(error.message, "model 2 has another");
    for (size_t m = 0; m < 2; m++) {
        lnt_names_destroy(s.models[m].target_names);
        s.models[m].target_names = NULL;
    }
    failing f = {0};
    const lnt_allocator allocator = failing_allocator(&f);
    lnt_tensor mean = matrix(LNT_F64, ROWS, 2), sd = matrix(LNT_F64, ROWS, 2);
    OK(lnt_uncertainty_create(&u, s.list, MEMBERS, 8, &allocator, NULL));
    const size_t calls = f.calls;
    OK(lnt_uncertainty_predict(u, &s.x, &mean, &sd, NULL));
    assert_eq(f.calls, calls);
    lnt_uncertainty_destroy(u);
    assert_eq(f.live, 0);
    for (size_t at = 1; at <= calls; at++) {
        f = (failing){.fail_at = at};
        FAILS(LNT_ERR_MEMORY, lnt_uncertainty_create(&u, s.list, MEMBERS, 8, &allocator, NULL));
        cr_assert_null(u);
        assert_eq(f.live, 0);
    }
    finish(&s);
}
