"""Known mistakes with a gradient, told as wrong rules on a recorded tape.

    composites   sigmoid, softmax and so on, found by their numbers, become single steps
    anatomy      what the tape is made of: forks, loops, weights, groups of steps
    places       where a step stands in the user's code
    swaps        a mistake before it is run, and the few ways to make a rule wrong

    slopes  scores  products  biases  penalties  factors  roads          the families, by what they touch

`bpcheck.reference.mutants` runs them.
"""
