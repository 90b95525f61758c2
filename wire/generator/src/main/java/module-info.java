import org.jspecify.annotations.NullMarked;

/** Reads message schemas and writes Java. Runs in the build only; nothing depends on it later. */
@NullMarked
module mortise.wire.generator {
    requires com.fasterxml.jackson.core;
    requires java.compiler;
    requires static org.jspecify;
}
