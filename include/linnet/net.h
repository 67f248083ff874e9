/* SPDX-License-Identifier: MIT */
#ifndef LINNET_NET_H
#define LINNET_NET_H

#include <linnet/export.h>
#include <linnet/layer.h>
#include <linnet/loss.h>
#include <linnet/memory.h>
#include <linnet/status.h>
#include <linnet/tensor.h>
#include <stddef.h>
#include <stdint.h>

LNT_BEGIN_DECLS

/* --- net: the layers and their parameters --- */

/**
 * A net: a list of layers and their parameters in one flat vector; one allocation. Forward and
 * backward only read it, so any number of threads may run one net, each with a pass of its own,
 * as long as nobody writes parameters meanwhile. Functions here that return no status take no NULL.
 */
typedef struct lnt_net lnt_net;

/**
 * The working memory of a net for batches of up to `max_rows`: activations, deltas, gradients; one
 * allocation, made at creation. It serves every net of the same layers (a clone too). One thread
 * at a time; with threads of its own it refuses a second one (`LNT_ERR_THREADS`). In a child
 * process that was forked, calls on such a pass give `LNT_ERR_THREADS` and an optimiser's step too;
 * the child can destroy it, and create its own. For inference it needs two buffers, whatever the
 * depth, and one more for each input that a residual layer comes back to.
 */
typedef struct lnt_pass lnt_pass;

/** Layers of a net at most, so that each layer's dropout has a random stream of its own. */
#define LNT_MAX_LAYERS 65536

typedef struct lnt_net_config {
    lnt_dtype dtype;                /**< of parameters, inputs and outputs: F32 or F64 */
    size_t inputs;                  /**< columns of x */
    const lnt_layer *layers;        /**< copied */
    size_t n_layers;                /**< from 1 to LNT_MAX_LAYERS */
    uint64_t seed;                  /**< of the initialisers */
    const lnt_allocator *allocator; /**< NULL: the default */
} lnt_net_config;

/** F32, seed 0, the default allocator; inputs and layers still to be set. */
LNT_API lnt_net_config lnt_net_defaults(void);

/** The table of all settings, constant; see linnet/settings.h. */
LNT_API const lnt_setting *lnt_net_settings(size_t *count);

/** Sets a field by its name from text, as `lnt_optim_set`. Layers are not a setting. */
LNT_API LNT_MUST_CHECK lnt_status lnt_net_set(lnt_net_config *config, const char *name,
                                              const char *value, lnt_error *error);

/** Writes a field as text, as `lnt_optim_get`. */
LNT_API LNT_MUST_CHECK lnt_status lnt_net_get(const lnt_net_config *config, const char *name,
                                              char value[LNT_SETTING_LENGTH], lnt_error *error);

/**
 * The tutorial's `MLP(input, hidden, output, layers_num)`: fills `layers[0 .. layers_num)` with
 * `layers_num` dense layers (inputs→hidden, hidden→hidden, …, hidden→output), ReLU between them and
 * none after the last, and points `config`, which comes from `lnt_net_defaults`, to them. With one
 * layer, `hidden` is not used. Change the layers and the config as you like, then create the net.
 * `LNT_ERR_INVALID` for a size of 0.
 */
LNT_API LNT_MUST_CHECK lnt_status lnt_mlp(size_t input, size_t hidden, size_t output,
                                          size_t layers_num, lnt_layer *layers,
                                          lnt_net_config *config);

/**
 * Creates a net with initialised parameters; the caller owns it. On failure `*net` is NULL.
 * `LNT_ERR_TOO_LARGE` if an extent passes INT_MAX, BLAS's limit, the total passes SIZE_MAX, or
 * there are more layers than LNT_MAX_LAYERS.
 */
LNT_API LNT_MUST_CHECK lnt_status lnt_net_create(lnt_net **net, const lnt_net_config *config);

/** A net of the same layers and parameters. On failure `*copy` is NULL. */
LNT_API LNT_MUST_CHECK lnt_status lnt_net_clone(lnt_net **copy, const lnt_net *net,
                                                const lnt_allocator *allocator);

/** Frees a net; NULL is fine. Passes and optimisers made for it may be destroyed later. */
LNT_API void lnt_net_destroy(lnt_net *net);

LNT_API lnt_dtype lnt_net_dtype(const lnt_net *net);
LNT_API size_t lnt_net_inputs(const lnt_net *net);
LNT_API size_t lnt_net_outputs(const lnt_net *net);
LNT_API size_t lnt_net_n_layers(const lnt_net *net);
LNT_API uint64_t lnt_net_seed(const lnt_net *net);

/** Layer `i` as it was described; NULL outside. Array initialisers have become automatic. */
LNT_API const lnt_layer *lnt_net_layer(const lnt_net *net, size_t i);

/** Columns that layer `i` gives out; 0 outside. */
LNT_API size_t lnt_net_layer_outputs(const lnt_net *net, size_t i);

/** Number of scalars that are learned. */
LNT_API size_t lnt_net_n_parameters(const lnt_net *net);

/**
 * All parameters as one row [1, n_parameters], in the order of the layers, each row-major: a view
 * into the net. Writing to it changes the net.
 */
LNT_API lnt_tensor lnt_net_parameters(lnt_net *net);

/** The same to be read only: pass it as a `const lnt_tensor *`. */
LNT_API lnt_tensor lnt_net_parameters_read_only(const lnt_net *net);

/**
 * All that training changes, as one row: the parameters, and behind them the running statistics of
 * batch norms. A view into the net; copy it to keep a net, and back to restore it.
 */
LNT_API lnt_tensor lnt_net_state_vector(lnt_net *net);
LNT_API lnt_tensor lnt_net_state_vector_read_only(const lnt_net *net);

/** Number of parameter tensors: two for a dense layer with bias. */
LNT_API size_t lnt_net_n_parameter_tensors(const lnt_net *net);

/** One parameter tensor: where it stands and what it is called. */
typedef struct lnt_parameter {
    char name[48];    /**< "layers.0.weight", as PyTorch's state_dict would */
    size_t layer;     /**< the layer it belongs to */
    lnt_role role;    /**< weights are matrices, all others rows: vectors in a file */
    size_t offset;    /**< its first element in the flat vector */
    lnt_tensor value; /**< view into the net: weight [in, out], bias [1, out] */
} lnt_parameter;

/** Number of tensors of running statistics: two for a batch norm. */
LNT_API size_t lnt_net_n_running_stats(const lnt_net *net);

/**
 * Describes tensor `i` of the running statistics, "layers.1.running_mean"; `offset` is its place in
 * `lnt_net_state_vector`. `LNT_ERR_INVALID` outside.
 */
LNT_API LNT_MUST_CHECK lnt_status lnt_net_running_stat(lnt_net *net, size_t i,
                                                       lnt_parameter *statistic);

/**
 * Moves the running statistics towards those of the last training forward of `pass`. An optimiser's
 * step does it; it is for those who write their own. `LNT_ERR_STATE` without such a forward.
 */
LNT_API LNT_MUST_CHECK lnt_status lnt_net_update_running_stats(lnt_net *net, const lnt_pass *pass);

/** Describes parameter tensor `i`; `LNT_ERR_INVALID` outside. */
LNT_API LNT_MUST_CHECK lnt_status lnt_net_parameter(lnt_net *net, size_t i,
                                                    lnt_parameter *parameter);

/* --- pass: one forward and backward over a batch --- */

/** Who computes the matrix products of a pass. The results differ in rounding only. */
typedef enum lnt_gemm_backend {
    LNT_GEMM_HEURISTIC, /**< whoever should be quicker, by shape and processor: always the same */
    LNT_GEMM_AUTOTUNE,  /**< whoever was quicker when the pass was created: may differ by chance */
    LNT_GEMM_BLAS,      /**< BLAS alone */
    LNT_GEMM_BUILTIN    /**< the library's kernels alone */
} lnt_gemm_backend;

/** The most threads that a pass may have. */
#define LNT_MAX_THREADS 256

typedef struct lnt_pass_config {
    size_t max_rows; /**< at least 1 */
    lnt_mode mode;
    bool input_gradient; /**< also compute dL/dx; only in training, else `LNT_ERR_INVALID` */
    uint64_t seed;       /**< of dropout */
    lnt_gemm_backend gemm;
    unsigned threads;   /**< that share each call, the caller's among them; 0 and 1: the caller's
                             alone. They sleep between calls. Outputs, gradients and trained
                             parameters have the same bits for any number. BLAS must be set to one
                             thread, and there must be as many processors: `LNT_ERR_THREADS` */
    bool oversubscribe; /**< more threads than processors are fine */
    const lnt_allocator *allocator; /**< NULL: the default */
} lnt_pass_config;

/** 32 rows, training, no input gradient. */
LNT_API lnt_pass_config lnt_pass_defaults(void);

/**
 * Checks a configuration as `lnt_pass_create` does, for a sentence: `error` names the field, its
 * value and its range. For `threads` that depends on processors and BLAS as they are now.
 */
LNT_API LNT_MUST_CHECK lnt_status lnt_pass_check(const lnt_pass_config *config, lnt_error *error);

/** Creates a pass; the caller owns it. On failure `*pass` is NULL. */
LNT_API LNT_MUST_CHECK lnt_status lnt_pass_create(lnt_pass **pass, const lnt_net *net,
                                                  const lnt_pass_config *config);

/** Frees a pass; NULL is fine. */
LNT_API void lnt_pass_destroy(lnt_pass *pass);

LNT_API size_t lnt_pass_max_rows(const lnt_pass *pass);

/**
 * ŷ = net(x), x [rows, inputs] with any strides, rows ≤ max_rows (`LNT_ERR_SHAPE` above). `output`,
 * which may be NULL, becomes a view [rows, outputs] into the pass, valid until the next forward.
 * `LNT_ERR_MISMATCH` if the pass is for other layers. After an error the last forward is forgotten.
 * A training pass keeps the view `x`: its memory must stay as it is until backward is done.
 * `LNT_ERR_ALIAS` if x is a view of this pass's own, such as its last output: copy it first.
 */
LNT_API LNT_MUST_CHECK lnt_status lnt_pass_forward(lnt_pass *pass, const lnt_net *net,
                                                   const lnt_tensor *x, lnt_tensor *output);

/** The output [rows, columns] of layer `i` in the last forward: a view into a training pass. */
LNT_API LNT_MUST_CHECK lnt_status lnt_pass_layer_output(const lnt_pass *pass, size_t i,
                                                        lnt_tensor *output);

/**
 * The number of the next forward in training, from 0: with the seed it decides what dropout drops.
 * Set it to repeat, or to continue, a run.
 */
LNT_API uint64_t lnt_pass_rng_counter(const lnt_pass *pass);
LNT_API LNT_MUST_CHECK lnt_status lnt_pass_set_rng_counter(lnt_pass *pass, uint64_t draw);

/**
 * *value = the loss of the last forward's output against `target`; no gradient. `weights` [rows, 1]
 * weigh the rows, or NULL; as `lnt_loss_evaluate`.
 */
LNT_API LNT_MUST_CHECK lnt_status lnt_pass_loss(const lnt_pass *pass, const lnt_loss *loss,
                                                const lnt_tensor *target, const lnt_tensor *weights,
                                                double *value);

/**
 * The gradient of the loss of the last forward, by the chain rule, into the pass's gradients, which
 * it overwrites. `value`, which may be NULL, becomes the loss. The output view of forward stays
 * valid. `LNT_ERR_STATE` without a forward before or with an inference pass, `LNT_ERR_MISMATCH`
 * with another net. If the value is not finite, the status is still `LNT_OK`: look at the value.
 */
LNT_API LNT_MUST_CHECK lnt_status lnt_pass_backward(lnt_pass *pass, const lnt_net *net,
                                                    const lnt_loss *loss, const lnt_tensor *target,
                                                    const lnt_tensor *weights, double *value);

/**
 * Forward and backward in one call: `lnt_pass_forward` of x, then `lnt_pass_backward`, with their
 * errors. It saves threads of the pass from going to sleep in between, and it may take a large
 * batch through the net in parts that stay in the processor's caches, whose sums of gradients then
 * round otherwise. `LNT_ERR_STATE` with an inference pass; `LNT_ERR_ALIAS` also if `target` or
 * `weights` is a view of this pass's own.
 */
LNT_API LNT_MUST_CHECK lnt_status lnt_pass_forward_backward(
    lnt_pass *pass, const lnt_net *net, const lnt_tensor *x, const lnt_loss *loss,
    const lnt_tensor *target, const lnt_tensor *weights, double *value);

/**
 * Threads of the pass that are `awake` poll for the next call for about a millisecond before they
 * go to sleep, which spares small nets the time it takes to wake them; without threads nothing
 * happens. For the duration of a loop: `lnt_fit` does so itself.
 */
LNT_API LNT_MUST_CHECK lnt_status lnt_pass_set_spin(lnt_pass *pass, bool awake);

/** Backward from a gradient of the caller's: `output_gradient` [rows, outputs] = dL/dŷ. */
LNT_API LNT_MUST_CHECK lnt_status lnt_pass_backward_from(lnt_pass *pass, const lnt_net *net,
                                                         const lnt_tensor *output_gradient);

/**
 * dL/d(parameters) as one row [1, n_parameters], in the order of `lnt_net_parameters`: a view into
 * the pass, empty for an inference pass. It may be written, for instance to clip or to average.
 */
LNT_API lnt_tensor lnt_pass_gradients(lnt_pass *pass);

/** dL/d(parameter tensor i). `LNT_ERR_INVALID` outside, `LNT_ERR_STATE` for an inference pass. */
LNT_API LNT_MUST_CHECK lnt_status lnt_pass_gradient(lnt_pass *pass, size_t i, lnt_tensor *gradient);

/**
 * dL/dx [rows, inputs] of the last backward: a view into the pass. `LNT_ERR_STATE` unless the pass
 * was created with `input_gradient` and a backward was done.
 */
LNT_API LNT_MUST_CHECK lnt_status lnt_pass_input_gradient(lnt_pass *pass, lnt_tensor *gradient);

LNT_END_DECLS

#endif
