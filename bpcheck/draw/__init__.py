"""Teaching figures: complete as still pictures, with the same said in words.

Every function returns a `Picture`, which shows itself in a notebook and prints its alt text elsewhere.
Importing this package imports no matplotlib; the first figure does.
"""

from bpcheck.draw.batch_tables import batch_products, fitting_products
from bpcheck.draw.chain import chain
from bpcheck.draw.cost import cost_staircases
from bpcheck.draw.cost_layers import layer_products
from bpcheck.draw.cost_memory import memory_plan, memory_plan_slider
from bpcheck.draw.cost_methods import gradient_costs
from bpcheck.draw.course import course_map
from bpcheck.draw.depth_factors import shared_factors
from bpcheck.draw.depth_roads import roads_to_loss
from bpcheck.draw.depth_sweep import delta_stepper, delta_sweep
from bpcheck.draw.digits_curves import batch_noise, learning_rates, rate_slider, vanishing
from bpcheck.draw.digits_pictures import digit_gallery, learned_units, misread
from bpcheck.draw.frameworks_history import beside_frameworks, history
from bpcheck.draw.graph_picture import graph
from bpcheck.draw.graph_sweep import fork_sweeps, graph_stepper, graph_strip, graph_sweep
from bpcheck.draw.learning_early import early_updates, xor_starts
from bpcheck.draw.learning_xor import xor_maps, xor_slider
from bpcheck.draw.network import neuron_question
from bpcheck.draw.neuron_blames import blames
from bpcheck.draw.neuron_curves import sigmoid_slopes, two_deltas
from bpcheck.draw.neuron_picture import neuron, neuron_slider
from bpcheck.draw.nudge_errors import error_curves, error_curves_slider
from bpcheck.draw.nudge_field import downhill_map
from bpcheck.draw.nudge_secants import secants, secants_slider
from bpcheck.draw.nudge_sides import two_sides
from bpcheck.draw.nudges import nudges
from bpcheck.draw.picture import Picture, Pictures
from bpcheck.draw.products import products, products_stepper
from bpcheck.draw.roads import two_roads
from bpcheck.draw.symbolic_growth import formula_growth
from bpcheck.draw.symbolic_slopes import shared_slopes
from bpcheck.draw.symbolic_tree import formula_tree
from bpcheck.draw.time_lags import lag_curves
from bpcheck.draw.time_sweep import unroll_stepper, unrolled
from bpcheck.draw.trust_curves import learning_curves

__all__ = [
    "Picture",
    "Pictures",
    "batch_noise",
    "batch_products",
    "beside_frameworks",
    "blames",
    "chain",
    "cost_staircases",
    "course_map",
    "delta_stepper",
    "delta_sweep",
    "digit_gallery",
    "downhill_map",
    "early_updates",
    "error_curves",
    "error_curves_slider",
    "fitting_products",
    "fork_sweeps",
    "formula_growth",
    "formula_tree",
    "gradient_costs",
    "graph",
    "graph_stepper",
    "graph_strip",
    "graph_sweep",
    "history",
    "lag_curves",
    "layer_products",
    "learned_units",
    "learning_curves",
    "learning_rates",
    "memory_plan",
    "memory_plan_slider",
    "misread",
    "neuron",
    "neuron_question",
    "neuron_slider",
    "nudges",
    "products",
    "products_stepper",
    "rate_slider",
    "roads_to_loss",
    "secants",
    "secants_slider",
    "shared_factors",
    "shared_slopes",
    "sigmoid_slopes",
    "two_deltas",
    "two_roads",
    "two_sides",
    "unroll_stepper",
    "unrolled",
    "vanishing",
    "xor_maps",
    "xor_slider",
    "xor_starts",
]
