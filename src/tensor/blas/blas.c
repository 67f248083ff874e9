/* SPDX-License-Identifier: MIT */
#ifdef __linux__
#define _GNU_SOURCE /* dladdr */
#endif
#include "tensor/blas/blas.h"

#include <dlfcn.h>
#include <linnet/build.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#ifndef LNT_CBLAS_HEADER
#define LNT_CBLAS_HEADER <cblas.h>
#endif
#include LNT_CBLAS_HEADER

/* The type of these has a name of its own in each header. */
#define FORM(transposed) ((transposed) ? CblasTrans : CblasNoTrans)

void lnt_blas_gemm(lnt_dtype dtype, int m, int n, int k, double alpha, lnt_blas_matrix a,
                   lnt_blas_matrix b, double beta, lnt_blas_matrix c)
{
    if (dtype == LNT_F32) {
        cblas_sgemm(CblasRowMajor, FORM(a.transposed), FORM(b.transposed), m, n, k, (float) alpha,
                    a.data, a.ld, b.data, b.ld, (float) beta, c.data, c.ld);
    } else {
        cblas_dgemm(CblasRowMajor, FORM(a.transposed), FORM(b.transposed), m, n, k, alpha, a.data,
                    a.ld, b.data, b.ld, beta, c.data, c.ld);
    }
}

void lnt_blas_gemv(lnt_dtype dtype, int m, int n, double alpha, lnt_blas_matrix a, const void *x,
                   int x_step, double beta, void *y, int y_step)
{
    /* BLAS counts the rows and columns of the matrix as stored. */
    const int rows = a.transposed ? n : m;
    const int cols = a.transposed ? m : n;
    if (dtype == LNT_F32) {
        cblas_sgemv(CblasRowMajor, FORM(a.transposed), rows, cols, (float) alpha, a.data, a.ld, x,
                    x_step, (float) beta, y, y_step);
    } else {
        cblas_dgemv(CblasRowMajor, FORM(a.transposed), rows, cols, alpha, a.data, a.ld, x, x_step,
                    beta, y, y_step);
    }
}

void lnt_blas_syrk(lnt_dtype dtype, int n, int k, double alpha, lnt_blas_matrix a, double beta,
                   void *c, int ldc)
{
    if (dtype == LNT_F32) {
        cblas_ssyrk(CblasRowMajor, CblasLower, FORM(a.transposed), n, k, (float) alpha, a.data,
                    a.ld, (float) beta, c, ldc);
    } else {
        cblas_dsyrk(CblasRowMajor, CblasLower, FORM(a.transposed), n, k, alpha, a.data, a.ld, beta,
                    c, ldc);
    }
}

#if defined(LNT_BLAS_OPENBLAS)

#define CONFIG openblas_get_config()
#define CORE openblas_get_corename()
#define THREADS openblas_get_num_threads()
#define SET_THREADS(threads) openblas_set_num_threads(threads)

#elif defined(LNT_BLAS_MKL)

#define TEXT_OF(number) #number
#define TEXT(number) TEXT_OF(number)
#define CONFIG "MKL " TEXT(__INTEL_MKL__) "." TEXT(__INTEL_MKL_MINOR__)
#define CORE ""
#define THREADS MKL_Get_Max_Threads()
#define SET_THREADS(threads) MKL_Set_Num_Threads(threads)

#elif defined(LNT_BLAS_BLIS)

#define CONFIG bli_info_get_version_str()
#define CORE bli_arch_string(bli_arch_query_id())
/* BLIS says -1 for its default, which is one thread. */
#define THREADS (bli_thread_get_num_threads() < 1 ? 1 : (int) bli_thread_get_num_threads())
#define SET_THREADS(threads) bli_thread_set_num_threads(threads)

#else

#define CONFIG ""
#define CORE ""
#define THREADS 0

#endif

/* --- the BLAS that is loaded --- */

/*
 * Another library than the one found at build time may be loaded in its place, by
 * update-alternatives, LD_PRELOAD or LD_LIBRARY_PATH. The functions below ask the library that
 * cblas_dgemm is in, by symbols looked up at run time. Where BLAS is linked statically, it is the
 * one found at build time.
 */
enum { SYMBOLS = 5 };

typedef void function(void);

typedef struct family {
    const char *name;
    const char *symbols[SYMBOLS]; /* the first tells the family */
    void (*config)(char *text, size_t size);
    const char *(*core)(void);
    int (*threads)(void);
    void (*set_threads)(int threads); /* NULL: it has no such setting */
    bool sums_blocks;
} family;

static function *found[SYMBOLS]; /* of the family that is loaded */

#define CALL(type, index) ((type) found[index])

static void openblas_config(char *text, size_t size)
{
    snprintf(text, size, "%s", CALL(char *(*) (void), 0)());
}

static const char *openblas_core(void)
{
    return CALL(char *(*) (void), 1)();
}

static int openblas_threads(void)
{
    return CALL(int (*)(void), 2)();
}

static void openblas_set_threads(int threads)
{
    CALL(void (*)(int), 3)(threads);
}

static void mkl_config(char *text, size_t size)
{
    CALL(void (*)(char *, int), 0)(text, (int) size);
}

static const char *no_core(void)
{
    return "";
}

static int mkl_threads(void)
{
    return CALL(int (*)(void), 1)();
}

static void mkl_set_threads(int threads)
{
    CALL(void (*)(int), 2)(threads);
}

static void blis_config(char *text, size_t size)
{
    snprintf(text, size, "%s", CALL(const char *(*) (void), 0)());
}

static const char *blis_core(void)
{
    return CALL(const char *(*) (int), 1)(CALL(int (*)(void), 2)());
}

/* BLIS's dim_t is as wide as a pointer; it says -1 for its default, which is one thread. */
static int blis_threads(void)
{
    const intptr_t threads = CALL(intptr_t(*)(void), 3)();
    return threads < 1 ? 1 : (int) threads;
}

static void blis_set_threads(int threads)
{
    CALL(void (*)(intptr_t), 4)(threads);
}

static const family families[] = {
    {.name = "openblas",
     .symbols = {"openblas_get_config", "openblas_get_corename", "openblas_get_num_threads",
                 "openblas_set_num_threads"},
     .config = openblas_config,
     .core = openblas_core,
     .threads = openblas_threads,
     .set_threads = openblas_set_threads,
     .sums_blocks = true},
    {.name = "mkl",
     .symbols = {"MKL_Get_Version_String", "MKL_Get_Max_Threads", "MKL_Set_Num_Threads"},
     .config = mkl_config,
     .core = no_core,
     .threads = mkl_threads,
     .set_threads = mkl_set_threads,
     .sums_blocks = true},
    {.name = "blis",
     .symbols = {"bli_info_get_version_str", "bli_arch_string", "bli_arch_query_id",
                 "bli_thread_get_num_threads", "bli_thread_set_num_threads"},
     .config = blis_config,
     .core = blis_core,
     .threads = blis_threads,
     .set_threads = blis_set_threads,
     .sums_blocks = true},
};
enum { FAMILIES = sizeof families / sizeof families[0] };

/* Those found at build time. Calls, not addresses: a library without them can still be loaded. */
static void built_config(char *text, size_t size)
{
    snprintf(text, size, "%s", CONFIG);
}

static const char *built_core(void)
{
    return CORE;
}

static int built_threads(void)
{
    return THREADS;
}

#ifdef SET_THREADS
static void built_set_threads(int threads)
{
    SET_THREADS(threads);
}
enum { BUILT_SUMS_BLOCKS = true };
#else
#define built_set_threads NULL
enum { BUILT_SUMS_BLOCKS = false };
#endif

static const family built = {.name = LNT_BLAS_NAME,
                             .config = built_config,
                             .core = built_core,
                             .threads = built_threads,
                             .set_threads = built_set_threads,
                             .sums_blocks = BUILT_SUMS_BLOCKS};

/* One that tells nothing; its file is its configuration. */
static char plain_file[256];

static void plain_config(char *text, size_t size)
{
    snprintf(text, size, "%s", plain_file);
}

static int plain_threads(void)
{
    return 0;
}

#if defined(LNT_BLAS_PLAIN)
#define PLAIN_NAME LNT_BLAS_NAME
#else
#define PLAIN_NAME "unknown"
#endif
static const family plain = {
    .name = PLAIN_NAME, .config = plain_config, .core = no_core, .threads = plain_threads};

/* Whether all functions of the family are in a library or in those that it needs. */
static bool has_family(void *library, const family *f)
{
    for (size_t i = 0; i < SYMBOLS && f->symbols[i] != NULL; i++) {
        void *const symbol = dlsym(library, f->symbols[i]);
        if (symbol == NULL) {
            return false;
        }
        memcpy(&found[i], &symbol, sizeof symbol); /* ISO C has no conversion */
    }
    return true;
}

static const family *family_in(void *library)
{
    for (size_t i = 0; i < FAMILIES; i++) {
        if (has_family(library, &families[i])) {
            return &families[i];
        }
    }
    return &plain;
}

static const family *find_family(void)
{
    function *const product = (function *) cblas_dgemm;
    void *address;
    memcpy(&address, &product, sizeof address);
    Dl_info blas, self;
    if (dladdr(address, &blas) == 0 || dladdr(&families, &self) == 0 ||
        blas.dli_fbase == self.dli_fbase) {
        return &built;
    }
    void *library = dlopen(blas.dli_fname, RTLD_LAZY | RTLD_NOLOAD);
    if (library == NULL) {
        library = dlopen(NULL, RTLD_LAZY); /* the program itself has BLAS */
    }
    if (library == NULL) {
        return &built;
    }
    snprintf(plain_file, sizeof plain_file, "%s", blas.dli_fname);
    const family *f = family_in(library);
    (void) dlclose(library); /* it stays loaded, as this library needs it */
    return f;
}

static const family *loaded;
/* OpenBLAS writes its sentence anew into one buffer at each call: readers get a copy that stays. */
static char config[256];
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void find_loaded(void)
{
    loaded = find_family();
    loaded->config(config, sizeof config);
}

static const family *blas(void)
{
    (void) pthread_once(&once, find_loaded);
    return loaded;
}

const char *lnt_blas_name(void)
{
    return blas()->name;
}

const char *lnt_blas_config(void)
{
    (void) blas();
    return config;
}

const char *lnt_blas_core(void)
{
    return blas()->core();
}

bool lnt_blas_sums_blocks(void)
{
    return blas()->sums_blocks;
}

int lnt_blas_threads(void)
{
    return blas()->threads();
}

lnt_status lnt_blas_set_threads(int threads)
{
    if (threads < 1) {
        return LNT_ERR_INVALID;
    }
    if (blas()->set_threads == NULL) {
        return threads == 1 ? LNT_OK : LNT_ERR_INVALID;
    }
    blas()->set_threads(threads);
    return LNT_OK;
}
