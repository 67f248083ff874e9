/* SPDX-License-Identifier: MIT */
#include "support/net.h"

#include <fenv.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

/* What belongs to the process, and must be after any call what it was before. */
typedef struct state {
    unsigned mxcsr; /* modes only: the sticky flags of past operations may be set */
    int rounding;
    int threads;
    char locale[128];
    struct sigaction actions[32];
    char folder[4096];
    mode_t mask;
} state;

static state look(void)
{
    state s = {0};
#if defined(__x86_64__)
    s.mxcsr = _mm_getcsr() & ~0x3Fu;
#endif
    s.rounding = fegetround();
    s.threads = lnt_build_info().blas_threads;
    snprintf(s.locale, sizeof s.locale, "%s", setlocale(LC_ALL, NULL));
    for (int n = 1; n < 32; n++) {
        if (n != SIGKILL && n != SIGSTOP) {
            assert_eq(sigaction(n, NULL, &s.actions[n]), 0);
        }
    }
    cr_assert_not_null(getcwd(s.folder, sizeof s.folder));
    s.mask = umask(0);
    umask(s.mask);
    return s;
}

static void same(const state *a, const state *b)
{
    assert_eq(a->mxcsr, b->mxcsr, "MXCSR was %x and is %x", a->mxcsr, b->mxcsr);
    assert_eq(a->rounding, b->rounding);
    assert_eq(a->threads, b->threads, "%d BLAS threads were %d", b->threads, a->threads);
    assert_str_eq(a->locale, b->locale);
    assert_str_eq(a->folder, b->folder);
    assert_eq(a->mask, b->mask);
    for (int n = 1; n < 32; n++) {
        cr_assert(a->actions[n].sa_handler == b->actions[n].sa_handler, "signal %d", n);
        assert_eq(a->actions[n].sa_flags, b->actions[n].sa_flags, "signal %d", n);
    }
}

/* A file read, a net trained, saved, loaded and used: the whole of the public interface's work. */
static void use_everything(void)
{
    char csv[] = "/tmp/linnet-state-csv-XXXXXX", model_path[] = "/tmp/linnet-state-model-XXXXXX";
    const int csv_file = mkstemp(csv), model_file = mkstemp(model_path);
    assert_ge(csv_file, 0);
    assert_ge(model_file, 0);
    static const char text[] = "a,b,y\n1,2.5,3\n2,1e-3,4\n3,4.25,5\n4,0.1,6\n";
    assert_eq(write(csv_file, text, sizeof text - 1), (ssize_t) (sizeof text - 1));
    close(csv_file);
    close(model_file);

    const lnt_read_options options = lnt_read_defaults();
    lnt_frame *frame = NULL;
    OK(lnt_csv_read(&frame, csv, &options, NULL));
    const lnt_tensor values = lnt_frame_values(frame);
    lnt_tensor x, y;
    OK(lnt_slice_cols(&values, 0, 2, 1, &x));
    OK(lnt_slice_cols(&values, 2, 1, 1, &y));
    const lnt_layer layers[] = {lnt_dense(4, LNT_SIGMOID), lnt_dense(1, LNT_TANH)};
    lnt_model model = lnt_model_init(), loaded;
    OK(lnt_net_create(
        &model.net,
        &(lnt_net_config){
            .dtype = LNT_F32, .inputs = 2, .layers = layers, .n_layers = 2, .seed = 1}));
    OK(lnt_scaler_fit(&model.input_scaler, LNT_SCALING_STANDARD, &x, NULL));
    lnt_fit_config config = lnt_fit_defaults();
    config.epochs = 3;
    OK(lnt_fit(model.net, &x, &y, &config, NULL, NULL));
    OK(lnt_model_save(&model, model_path, NULL));
    OK(lnt_model_load(&loaded, model_path, NULL, NULL));
    lnt_predictor *predictor = NULL;
    lnt_tensor prediction = matrix(LNT_F32, 4, 1);
    OK(lnt_predictor_create(&predictor, &loaded, 2, NULL));
    OK(lnt_predict(predictor, &x, &prediction));
    FAILS(LNT_ERR_IO, lnt_csv_read(&(lnt_frame *){NULL}, "/no/such/file", &options, NULL));

    lnt_predictor_destroy(predictor);
    lnt_model_finish(&loaded);
    lnt_model_finish(&model);
    lnt_frame_destroy(frame);
    unlink(csv);
    unlink(model_path);
}

Test(process_state, is_left_alone)
{
    const state before = look();
    use_everything();
    const state after = look();
    same(&before, &after);
}

/* Also where the caller has chosen modes of its own. */
Test(process_state, is_left_alone_in_other_modes)
{
    assert_eq(fesetround(FE_UPWARD), 0);
    signal(SIGUSR1, SIG_IGN);
    umask(027);
    const state before = look();
    use_everything();
    const state after = look();
    same(&before, &after);
    fesetround(FE_TONEAREST);
}

Test(process_state, only_the_call_that_says_so_sets_threads)
{
    FAILS(LNT_ERR_INVALID, lnt_blas_set_threads(0));
    FAILS(LNT_ERR_INVALID, lnt_blas_set_threads(-1));
    const int before = lnt_build_info().blas_threads;
    if (before == 0) { /* a BLAS that does not tell may only be asked for one */
        OK(lnt_blas_set_threads(1));
        return;
    }
    OK(lnt_blas_set_threads(2));
    assert_eq(lnt_build_info().blas_threads, 2);
    OK(lnt_blas_set_threads(1));
    assert_eq(lnt_build_info().blas_threads, 1);
}

Test(process_state, the_build_tells_what_it_is)
{
    const lnt_build build = lnt_build_info();
    assert_str_eq(build.version, lnt_version());
    int major, minor, patch, end = 0;
    assert_eq(sscanf(build.version, "%d.%d.%d%n", &major, &minor, &patch, &end), 3);
    assert_eq(build.version[end], '\0');
    assert_eq(sscanf(build.lapack, "%d.%d.%d", &major, &minor, &patch), 3);
    assert_ge(major, 3);
    assert_str_ne(build.blas, "");
    assert_str_ne(build.compiler, "");
    cr_assert_not_null(build.blas_config);
    cr_assert_not_null(build.blas_core);
    assert_ge(build.blas_threads, 0);
}
