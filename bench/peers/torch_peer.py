# SPDX-License-Identifier: MIT
"""PyTorch. Training: `eager`, as tutorials write it, but with fused optimisers; `compile`, the same
with model and loss compiled; `buffers` and `manual`, gradients by hand, without autograd; `step`, these
compiled as a whole. Inference: `eager`, `jit`, `compile`, and into buffers as above."""
import warnings

import torch
from torch import nn

import peer

warnings.filterwarnings("ignore")

MODULES = {"identity": nn.Identity, "relu": nn.ReLU, "tanh": nn.Tanh, "sigmoid": nn.Sigmoid}
IN_PLACE = {"identity": lambda z: z, "relu": torch.relu_, "tanh": torch.tanh_,
            "sigmoid": torch.sigmoid_}
FUNCTIONS = {"identity": lambda z: z, "relu": torch.relu, "tanh": torch.tanh,
             "sigmoid": torch.sigmoid}


def relu_backward(d, h, scratch):
    if h.numel() < 4096:  # two cheap calls
        return d.mul_(torch.sign(h, out=scratch))
    return torch.ops.aten.threshold_backward.grad_input(d, h, 0, grad_input=scratch)


BACKWARD = {"identity": lambda d, h, out: d, "relu": relu_backward,
            "tanh": lambda d, h, out: torch.ops.aten.tanh_backward.grad_input(
                d, h, grad_input=out),
            "sigmoid": lambda d, h, out: torch.ops.aten.sigmoid_backward.grad_input(
                d, h, grad_input=out)}
DERIVATIVES = {"identity": lambda d, h: d, "relu": lambda d, h: torch.where(h > 0, d, 0),
               "tanh": lambda d, h: d * (1 - h * h), "sigmoid": lambda d, h: d * (h * (1 - h))}


def optimizer(problem, parameters):
    kind = torch.optim.Adam if problem.optimizer == "adam" else torch.optim.SGD
    return kind(parameters, lr=problem.rate, fused=True)


class Modules:
    """nn.Linear, autograd and torch.optim."""

    def __init__(self, problem):
        parameters, x, y = problem.load()
        self.x, self.y = torch.from_numpy(x), torch.from_numpy(y)
        parts = []
        for (weight, bias), name in zip(problem.layers(parameters), problem.activations()):
            linear = nn.Linear(*weight.shape, dtype=self.x.dtype)
            with torch.no_grad():
                linear.weight.copy_(torch.from_numpy(weight).T)
                linear.bias.copy_(torch.from_numpy(bias))
            parts += [linear] + ([MODULES[name]()] if name != "identity" else [])
        self.model = nn.Sequential(*parts)
        criterion = nn.MSELoss()

        def loss(x, y):
            return criterion(self.model(x), y)

        self.loss, self.forward = loss, self.model
        self.optim = optimizer(problem, self.model.parameters())
        if problem.inference:
            self.model.eval().requires_grad_(False)
        if problem.variant == "compile":
            self.loss, self.forward = torch.compile(loss), torch.compile(self.model)
        elif problem.variant == "jit":
            self.forward = torch.jit.optimize_for_inference(torch.jit.trace(self.model, self.x))
        self.run = self.run_inference if problem.inference else self.run_training

    def run_training(self, steps):
        for _ in range(steps):
            self.optim.zero_grad()
            self.loss(self.x, self.y).backward()
            self.optim.step()

    @torch.inference_mode()
    def run_inference(self, steps):
        forward, x = self.forward, self.x
        for _ in range(steps):
            forward(x)

    @torch.inference_mode()
    def read(self):
        layers = [(part.weight.T.contiguous(), part.bias) for part in self.model
                  if isinstance(part, nn.Linear)]
        return peer.flatten(layers), self.forward(self.x)


class Buffers:
    """Products into buffers, the gradient in one vector: few and cheap calls."""

    def __init__(self, problem):
        self.parameters, self.x, self.y = map(torch.from_numpy, problem.load())
        self.layers = problem.layers(self.parameters)
        self.weights = [(weight, weight.T) for weight, _ in self.layers]
        self.names, self.rate = problem.activations(), problem.rate
        self.outputs, self.deltas, self.scratch = (
            [torch.empty(len(self.x), width, dtype=self.x.dtype) for width in problem.widths[1:]]
            for _ in range(3))
        self.inputs = [h.T for h in [self.x] + self.outputs]
        self.parameters.grad = torch.empty_like(self.parameters)
        self.gradients = problem.layers(self.parameters.grad)
        self.adam = problem.optimizer == "adam"
        self.optim = optimizer(problem, [self.parameters])
        self.inference = problem.inference

    def forward(self):
        h = self.x
        for (weight, bias), name, z in zip(self.layers, self.names, self.outputs):
            torch.mm(h, weight, out=z)
            z += bias
            h = IN_PLACE[name](z)
        return h

    def first_delta(self):
        d = self.deltas[-1]
        torch.sub(self.forward(), self.y, out=d)
        d *= 2 / self.y.numel()
        return BACKWARD[self.names[-1]](d, self.outputs[-1], self.scratch[-1])

    def delta_before(self, i, d):
        d = torch.mm(d, self.weights[i][1], out=self.deltas[i - 1])
        return BACKWARD[self.names[i - 1]](d, self.outputs[i - 1], self.scratch[i - 1])

    def step(self):
        d = self.first_delta()
        for i in reversed(range(len(self.layers))):
            weight, bias = self.gradients[i]
            torch.mm(self.inputs[i], d, out=weight)
            torch.sum(d, 0, out=bias)
            if i > 0:
                d = self.delta_before(i, d)
        if self.adam:
            self.optim.step()
        else:
            self.parameters.sub_(self.parameters.grad, alpha=self.rate)

    @torch.inference_mode()
    def run(self, steps):
        step = self.forward if self.inference else self.step
        for _ in range(steps):
            step()

    @torch.inference_mode()
    def read(self):
        return self.parameters, self.forward()


class Manual(Buffers):
    """Each product is added to what it changes as it is made, bias or weight: few passes over
    memory."""

    def __init__(self, problem):
        if problem.optimizer == "adam":
            raise peer.Cannot("Adam needs the gradient itself")
        super().__init__(problem)

    def forward(self):
        h = self.x
        for (weight, bias), name, z in zip(self.layers, self.names, self.outputs):
            torch.addmm(bias, h, weight, out=z)
            h = IN_PLACE[name](z)
        return h

    def step(self):
        d = self.first_delta()
        for i in reversed(range(len(self.layers))):
            weight, bias = self.layers[i]
            before = self.delta_before(i, d) if i > 0 else None
            weight.addmm_(self.inputs[i], d, alpha=-self.rate)
            bias.sub_(d.sum(0), alpha=self.rate)
            d = before


class Compiled(Buffers):
    """The same arithmetic without buffers of its own: the compiler makes them."""

    def __init__(self, problem):
        super().__init__(problem)
        self.steps_done = torch.zeros((), dtype=torch.float64)
        self.m, self.v = ([(torch.zeros_like(w), torch.zeros_like(b)) for w, b in self.layers]
                          for _ in range(2))
        self.layers = [(w.clone(), b.clone()) for w, b in self.layers]
        self.compiled = torch.compile(self.update)

    def update(self, x, y, layers):
        hs = [x]
        for (weight, bias), name in zip(layers, self.names):
            hs.append(FUNCTIONS[name](torch.addmm(bias, hs[-1], weight)))
        d = (hs[-1] - y) * (2 / y.numel())
        self.steps_done += 1
        for i in reversed(range(len(layers))):
            d = DERIVATIVES[self.names[i]](d, hs[i + 1])
            gradients = hs[i].T @ d, d.sum(0)
            d = d @ layers[i][0].T if i > 0 else None
            for part, gradient in enumerate(gradients):
                self.change(layers[i][part], gradient, self.m[i][part], self.v[i][part])

    def change(self, parameter, gradient, m, v):
        if not self.adam:
            parameter.sub_(gradient, alpha=self.rate)
            return
        m.mul_(0.9).add_(gradient, alpha=1 - 0.9)
        v.mul_(0.999).addcmul_(gradient, gradient, value=1 - 0.999)
        by_m = (1 / (1 - 0.9**self.steps_done)).to(m.dtype)
        by_v = (1 / (1 - 0.999**self.steps_done)).to(m.dtype)
        parameter.sub_(self.rate * (m * by_m) / ((v * by_v).sqrt() + 1e-8))

    @torch.no_grad()
    def run(self, steps):
        update, x, y, layers = self.compiled, self.x, self.y, self.layers
        for _ in range(steps):
            update(x, y, layers)

    @torch.no_grad()
    def read(self):
        return peer.flatten(self.layers), self.forward()


def contender(problem):
    torch.set_num_threads(problem.threads)
    torch._dynamo.reset()
    if problem.inference and problem.variant == "step":
        raise peer.Cannot("inference has no step")
    if not problem.inference and problem.variant == "jit":
        raise peer.Cannot("is for inference")
    return {"buffers": Buffers, "manual": Manual, "step": Compiled}.get(problem.variant, Modules)(problem)


if __name__ == "__main__":
    torch.set_num_interop_threads(1)
    peer.serve(f"PyTorch {torch.__version__}", contender)
