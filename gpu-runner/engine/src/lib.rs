//! Loads a model folder, quantises it and runs it on the GPU or the CPU twin.
