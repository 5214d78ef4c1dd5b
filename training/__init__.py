"""How the recogniser's weights are made: drawn lines, training, export, evaluation."""
