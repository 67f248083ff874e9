/* SPDX-License-Identifier: MIT */
#include "tensor/blas.h"

#include <linnet/build.h>
#include <pthread.h>
#include <stdio.h>

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

/* OpenBLAS writes its sentence anew into one buffer at each call: readers get a copy that stays. */
static char config[256];
static pthread_once_t config_once = PTHREAD_ONCE_INIT;

static void copy_config(void)
{
    snprintf(config, sizeof config, "%s", CONFIG);
}

const char *lnt_blas_config(void)
{
    pthread_once(&config_once, copy_config);
    return config;
}

const char *lnt_blas_core(void)
{
    return CORE;
}

int lnt_blas_threads(void)
{
    return THREADS;
}

lnt_status lnt_blas_set_threads(int threads)
{
    if (threads < 1) {
        return LNT_ERR_INVALID;
    }
#ifdef SET_THREADS
    SET_THREADS(threads);
    return LNT_OK;
#else
    return threads == 1 ? LNT_OK : LNT_ERR_INVALID;
#endif
}
