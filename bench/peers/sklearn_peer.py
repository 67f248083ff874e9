# SPDX-License-Identifier: MIT
"""scikit-learn's MLPRegressor: `fit`, its partial_fit on one batch, and `inner`, what that calls
for a step, without its checks. Its loss is half the sum of squares over the columns, so its learning
rate is ours times 2/columns."""
import inspect

import sklearn
from sklearn.neural_network import MLPRegressor
from sklearn.neural_network._stochastic_optimizers import AdamOptimizer, SGDOptimizer

import peer

NAMES = {"relu": "relu", "tanh": "tanh", "sigmoid": "logistic"}


class Contender:
    def __init__(self, problem):
        if problem.output != "identity":
            raise peer.Cannot("its gradient is that of outputs without an activation")
        parameters, self.x, self.y = problem.load()
        adam = problem.optimizer == "adam"
        if adam:
            self.differs = "its Adam adds epsilon before it corrects the second moment"
        # Adam does not see the scale of its gradient, but for epsilon.
        scale = 2 / problem.widths[-1]
        rate = problem.rate if adam else problem.rate * scale
        self.net = MLPRegressor(
            hidden_layer_sizes=problem.widths[1:-1], activation=NAMES[problem.hidden], alpha=0,
            solver=problem.optimizer, learning_rate_init=rate, epsilon=1e-8 / scale, momentum=0,
            nesterovs_momentum=False, batch_size=len(self.x), shuffle=False)
        self.net.partial_fit(self.x, self.y)
        self.net.coefs_, self.net.intercepts_ = map(list, zip(*problem.layers(parameters)))
        weights = self.net.coefs_ + self.net.intercepts_
        self.net._optimizer = (AdamOptimizer(weights, rate, epsilon=1e-8 / scale) if adam else
                               SGDOptimizer(weights, rate, momentum=0, nesterov=False))
        self.activations = [self.x] + [None] * len(self.net.coefs_)
        self.deltas, self.weight_gradients, self.bias_gradients = (
            [None] * len(self.net.coefs_) for _ in range(3))
        weighted = "sample_weight" in inspect.signature(self.net._backprop).parameters
        self.arguments = (self.x, self.y) + ((None,) if weighted else ())
        self.run = {(False, "inner"): self.run_inner, (False, "fit"): self.run_fit,
                    (True, "inner"): self.run_forward, (True, "fit"): self.run_predict}[
                        problem.inference, problem.variant]

    def run_inner(self, steps):
        net = self.net
        for _ in range(steps):
            net._backprop(*self.arguments, self.activations, self.deltas, self.weight_gradients,
                          self.bias_gradients)
            net._optimizer.update_params(net.coefs_ + net.intercepts_,
                                         self.weight_gradients + self.bias_gradients)

    def run_fit(self, steps):
        for _ in range(steps):
            self.net.partial_fit(self.x, self.y)

    def run_forward(self, steps):
        for _ in range(steps):
            self.net._forward_pass_fast(self.x, check_input=False)

    def run_predict(self, steps):
        for _ in range(steps):
            self.net.predict(self.x)

    def read(self):
        outputs = self.net._forward_pass_fast(self.x, check_input=False)
        return peer.flatten(zip(self.net.coefs_, self.net.intercepts_)), outputs


if __name__ == "__main__":
    peer.serve(f"scikit-learn {sklearn.__version__}", Contender)
