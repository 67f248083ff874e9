// SPDX-License-Identifier: MIT
// Throws from each kind of callback, and uses afterwards what the headers say is usable.
#include <cstdio>
#include <cstdlib>
#include <linnet/linnet.h>
#include <stdexcept>
#include <vector>

namespace
{

bool throws = true;

void leave(const char *where)
{
    if (throws) {
        throw std::runtime_error(where);
    }
}

lnt_status loss(const lnt_tensor *output, const lnt_tensor *target, const lnt_tensor *weights,
                double *value, lnt_tensor *gradient, void *)
{
    leave("loss");
    const lnt_loss mse = lnt_mse(LNT_MEAN);
    return lnt_loss_evaluate(&mse, output, target, weights, value, gradient);
}

double function(double x, void *)
{
    leave("apply");
    return x;
}

bool callback(const lnt_fit_progress *, void *)
{
    leave("fit");
    return true;
}

template <typename Call> void check(Call call)
{
    throws = true;
    try {
        if (call() != LNT_OK) {
            std::puts("an error instead of an exception");
        }
    } catch (const std::runtime_error &error) {
        throws = false;
        std::puts(call() == LNT_OK ? error.what() : "unusable afterwards");
    }
}

} // namespace

int main()
{
    enum { ROWS = 200, WIDTH = 150 };
    std::vector<float> data(ROWS * WIDTH, 0.5f), other(ROWS * WIDTH);
    const lnt_tensor x = lnt_tensor_f32(data.data(), ROWS, WIDTH);
    lnt_tensor y = lnt_tensor_f32(other.data(), ROWS, WIDTH);
    const lnt_layer layer = lnt_dense(WIDTH, LNT_TANH);
    lnt_net_config config = {};
    config.dtype = LNT_F32;
    config.inputs = WIDTH;
    config.layers = &layer;
    config.n_layers = 1;
    lnt_net *net = nullptr;
    lnt_pass *pass = nullptr;
    lnt_pass_config threads = lnt_pass_defaults();
    threads.max_rows = ROWS;
    threads.threads = 2;
    threads.oversubscribe = true;
    const lnt_loss custom = lnt_custom_loss(loss, nullptr, LNT_MEAN);
    lnt_fit_config fit = lnt_fit_defaults();
    fit.callback = callback;
    fit.threads = 2;
    fit.oversubscribe = true;
    if (lnt_blas_set_threads(1) != LNT_OK || lnt_net_create(&net, &config) != LNT_OK ||
        lnt_pass_create(&pass, net, &threads) != LNT_OK) {
        return EXIT_FAILURE;
    }
    check([&] { return lnt_pass_forward_backward(pass, net, &x, &custom, &y, nullptr, nullptr); });
    check([&] { return lnt_apply(function, nullptr, &x, &y); });
    check([&] { return lnt_fit(net, &x, &y, &fit, nullptr, nullptr); });
    lnt_pass_destroy(pass);
    lnt_net_destroy(net);
    return EXIT_SUCCESS;
}
