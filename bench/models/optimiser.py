"""What both kinds of training step with: Muon (Jordan et al. 2024) for the matrices, AdamW for the rest."""

import torch


class Optimiser:
    """`step` follows the gradients; `rate` is what the schedule says, 0 to 1."""

    def __init__(self, model, matrix_rate, other_rate, decay=0.0):
        self.matrix_rate, self.other_rate, self.decay = matrix_rate, other_rate, decay
        named = list(model.named_parameters())
        self.matrices = [p for name, p in named if p.dim() == 2 and "embedding" not in name]
        self.momentum = [torch.zeros_like(p) for p in self.matrices]
        others = [p for name, p in named if p.dim() < 2 or "embedding" in name]
        self.adam = torch.optim.AdamW(others, lr=other_rate, betas=(0.9, 0.95), weight_decay=0.0)

    @torch.no_grad()
    def step(self, rate):
        rate_of_matrices = self.matrix_rate * rate
        for parameter, moment in zip(self.matrices, self.momentum):
            moment.lerp_(parameter.grad, 0.05)
            update = orthogonalised(parameter.grad.lerp(moment, 0.95))
            scale = max(1, parameter.shape[0] / parameter.shape[1]) ** 0.5
            parameter.mul_(1 - rate_of_matrices * self.decay).add_(update, alpha=-rate_of_matrices * scale)
        for group in self.adam.param_groups:
            group["lr"] = self.other_rate * rate
        self.adam.step()


def orthogonalised(matrix, steps=5):
    """Newton-Schulz iteration of Muon."""
    x = matrix / (matrix.norm() + 1e-7)
    turned = x.shape[0] > x.shape[1]
    if turned:
        x = x.T
    for _ in range(steps):
        square = x @ x.T
        x = 3.4445 * x + (-4.7750 * square + 2.0315 * square @ square) @ x
    return x.T if turned else x
