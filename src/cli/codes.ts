/** Every error code at length, for `thimble explain`. */
export const CODES: Readonly<Record<string, string>> = {
  'bad-board':
    'A board.json does not follow the schema (boards/board.schema.json). Unknown keys are errors, so that a slip of the keyboard cannot go unnoticed; addresses and sizes are strings with units. Memories may not overlap, share a name, or reach beyond 32 bits; names are identifiers, paths stay in the board’s folder.',
  'bad-budget':
    'thimble.budget.json has keys that mean nothing, or values of the wrong kind. thimble test --update-budget writes a valid file.',
  'bad-config':
    'thimble.config.json has keys that mean nothing, or values of the wrong kind. thimble init writes a valid file.',
  'bad-graph-text':
    'A graph in text form has lines that cannot be read. The message has the line and the column; a graph reads back as printGraph of the library shows it.',
  'bad-limit':
    '--ram and --flash make a board stand for a smaller chip. They cannot make it larger than it is; choose a larger board for that.',
  'bad-name':
    '--name becomes the prefix of C functions, macros and files, so it has to be a C identifier, and none of the names that the generated firmware uses itself.',
  'bad-option': 'The value of an option is not of the kind that the option takes.',
  'bad-calibration':
    'A calibration file holds a NaN or an infinity. One such value would set the range of every tensor behind it, so the file is refused. Often the file was written in another type than float32, or by a program that divided by zero.',
  'bad-labels':
    'A file of labels names the classes of the model’s first output, a line for each, in its order. Folders of inputs that are named after classes have to have such names. A .csv says FILE,CLASS for each input instead. thimble compress --train looks for labels.csv in its folder, or a folder for each class; each input needs one.',
  'bad-picture':
    'A picture is neither JPEG nor PNG, is damaged or cut off, or has more pixels than thimble takes (33 million).',
  'bad-preprocess':
    'The "preprocess" of thimble.config.json does not suit the model’s input: another number of channels or features, an input that is no picture or sound, or settings that contradict each other.',
  'bad-recipe':
    'A recipe of thimble compress has keys that mean nothing, values out of range, or names a layer that the model does not have. README.md (Compressing a model) shows one.',
  'bad-report':
    'thimble diff compares two report.json, as compile, build and bench --json write them.',
  'bad-sound':
    'A sound is no WAV file of PCM (8 to 32 bits) or float samples, is damaged or cut off, or has another number of samples a second than the model was trained on ("sampleRate" of "preprocess"). thimble does not resample: what a firmware hears comes at the microphone’s rate.',
  'bad-vectors':
    'Vectors are pictures, sounds, or raw tensor bytes, little endian, in the dtype of the model file; several inputs are concatenated in model order. A file of another size cannot be one.',
  'below-minimum':
    'Fewer inputs got the right class, or the same one from both models, than --min-accuracy or --min-agreement asks for.',
  'does-not-fit-flash':
    'Weights, tables and code together are larger than the flash. The notes name the layers with the most weights. The figure is predicted from measured sizes of the kernels before any compiler runs, and checked against the linked firmware after a build.',
  'does-not-fit-ram':
    'The arena (all tensors that live at the same time), the stack and the firmware’s own data are larger than the RAM, or the arena is larger than any single memory. The notes name the tensors that live at the peak: they, not the number of layers, decide. The hint names what would fit (rows, a smaller input, other boards): each was planned, none is guessed.',
  'emulator-failed': 'The emulator itself stopped with an error of its own, shown in the message.',
  'emulator-unavailable':
    'The emulator is not installed, or does not model the board. thimble doctor shows what is there.',
  'firmware-fault':
    'The core took a fault. The message has the exception, the program counter and the Configurable Fault Status Register; arm-none-eabi-addr2line turns the counter into a line.',
  'firmware-hang':
    'The firmware printed its banner, then did not finish within the limit. Raise --timeout for large models on slow machines.',
  'firmware-silent':
    'Nothing that looks like thimble’s banner arrived. On a board: check the console’s pins and baud rate.',
  'fits-no-board':
    'None of the boards that thimble fit looked at holds the model. thimble compile tells for one of them what is too large.',
  'foreign-checkpoint':
    'A training keeps OUTPUT.checkpoint beside its output after each epoch, and the same command goes on from it. This one was written for another model, other inputs or other options. Give the command that began it, or remove the file to begin anew.',
  'float-helpers':
    'The firmware of an integer model calls single- or double-precision helper functions. This is a bug in thimble.',
  'illegal-instructions':
    'The firmware holds instructions that the board’s core does not have. This is a bug in thimble.',
  'input-not-by-rows':
    'With --input rows the application gives the input a row at a time. That takes a model with one input of a batch of one and no state, whose first layers compute rows (axis 1) of it one by one: convolutions, pooling, elementwise operators.',
  'malformed-model':
    'The file’s structure is broken: offsets beyond its end, tensors that nothing writes, cycles. Export or download it again.',
  'misplaced-section':
    'A section of the firmware lies outside the board’s memories. This is a bug in thimble.',
  'internal-error':
    'thimble itself is at fault: something that cannot happen did. Report it, with the model and the command.',
  'missing-tool': 'A program that thimble runs is not installed. The hint says how to install it.',
  'no-board':
    'Firmware is built for a board. Name one with -b, or put "board" into thimble.config.json.',
  'no-calibration':
    'Post-training quantization measures the ranges of all activations on real inputs. A few dozen typical ones do; random ones do not.',
  'no-kernel':
    'No kernel takes the operator with these types on this core. The notes give each kernel’s reason.',
  'no-preprocess':
    'A picture has levels from 0 to 255, a model takes other values: from -1 to 1, say. A quantized input whose range is a usual one tells which; otherwise "mean" and "std" of "preprocess" in thimble.config.json do: a level becomes (level - mean) / std. What a sound becomes only "sound" of "preprocess" can tell.',
  'not-comparable':
    'thimble accuracy compares the outputs of two models one by one: both have to have as many, of the same sizes.',
  'not-compressible':
    'No layer of the model has weights that thimble compress can take out: fully connected layers and convolutions of one group with constant int8 weights, unless the recipe keeps them.',
  'not-finite':
    'A tensor of the float model is NaN or infinite, on real inputs or as a constant. int8 has no such values. Masks of minus infinity can be numbers such as -100 instead; borders of minus infinity before maximum pooling are taken as they are.',
  'not-trainable':
    'thimble compress --train knows convolutions, depthwise convolutions, fully connected layers, pools, means over a plane, additions, ReLUs and reshapes, with constant weights, one input and one output whose largest value is the answer. The message names what else the model has. Larger networks are trained where they come from; zeros and few-valued weights carry over.',
  'not-quantizable':
    'The float model runs, but its int8 form would not: an operator rejects the types that calibration gave, or a scale is no positive number.',
  'nothing-compared':
    'A test that compares nothing proves nothing: --on reference needs outputs of somebody else beside the inputs.',
  'not-float': 'thimble quantize takes float models. Models that are int8 already run as they are.',
  'output-collapsed':
    'An output of the quantized model carries no signal: it is constant where the float model varies, or further from it than its mean would be. The message names the cause. --force goes on all the same.',
  'output-differs':
    'The firmware’s output is not what the reference interpreter computes, or not what the file beside the input holds. The first diverging layer is found by comparing checksums of all intermediate tensors.',
  'output-busy':
    'Two runs of thimble write into one folder at the same time. Each waits for the other a while; then it gives up rather than mix the files of both.',
  'output-exists':
    'thimble writes into folders that are new, empty, or its own: a manifest (.thimble-manifest.json) lists what it wrote there, with checksums. It replaces those files and touches no others; one that was changed since is not replaced, nor is a file that the command has read.',
  'output-incomplete':
    'Lines of the output went missing or were damaged on their way over the console.',
  'over-budget':
    'Flash, RAM or instructions grew beyond what thimble.budget.json, or --max-growth, allows.',
  'poor-layer':
    'A layer of the quantized model has less than 20 dB of signal to noise against the float model. The message names the cause; the model may still do, if what it decides does not hang on that layer.',
  'renode-script':
    'A command of the script that thimble gives to Renode failed. Renode then drops the rest of the script, so nothing was judged.',
  'renode-version': 'thimble drives Renode 1.16.1 and newer.',
  'renode-warning':
    'Renode forgives what silicon does not: accesses to memory that is not there, registers that it does not model, jumps outside memory. thimble counts its warnings of these as failures and names the function that did it.',
  'serial-port': 'The operating system would not open the serial port.',
  'size-unreachable':
    'Even with nearly all weights taken out, what remains (biases, scales, layers that are not pruned, the places of the weights that stay) is more than --to-weights, --to-flash or --to-cycles allow. The message has the least that was reached.',
  'tool-failed':
    'A compiler or one of its companions ended with an error of its own, was killed, did not end in time, or did nothing. Its words are in the notes.',
  'tool-version': 'A tool is too old: it does not know an option that thimble gives it.',
  'unlikely-inputs':
    'A warning: calibration inputs look like those of another model. They use little of the range of a quantized input, or lie at its ends, or are levels of pixels where a float model is calibrated. Quantization and pruning take such inputs as they are.',
  'unknown-board':
    'thimble boards lists the boards; a path to a board.json of your own works, too.',
  'unknown-code': 'thimble explain knows the codes that stand in brackets after "error".',
  'unknown-format':
    'Model files are told apart by content: .tflite files carry "TFL3", .thimble files "THIMBLE".',
  'unknown-tensor': '--range names tensors by the names that thimble inspect shows.',
  'unreadable-file': 'The file or folder is not there, or may not be read.',
  'too-much-work':
    'The reference interpreter would compute this model for hours: nothing that runs on a microcontroller takes so much. Make its inputs smaller with --shape.',
  'unsupported-operator':
    'The model uses an operator, or a variant of one, that thimble does not have. All of them are listed at once, with the layer’s name. OPERATORS.md lists what is supported.',
  'unwritable-file': 'The folder is not there, may not be written to, or the disk is full.',
  'wrong-firmware':
    'The weights checksum in the banner is not that of this model: another model, or an older build, is on the board.',
};
