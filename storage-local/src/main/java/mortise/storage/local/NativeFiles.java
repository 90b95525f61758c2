package mortise.storage.local;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Two calls of the C library that the JDK has none for: {@code fallocate(2)}, which gives a file
 * blocks beyond its end, and {@code truncate(2)} to a length that the file has already, which takes
 * them away. Linux on 64 bits, and only where the module has native access. Thread-safe.
 */
@SuppressWarnings("restricted")
final class NativeFiles {
    private static final int WRITE_ONLY_CLOSED_ON_EXEC = 1 | 0x80000;
    private static final int KEEP_LENGTH = 1;

    private final MethodHandle open;
    private final MethodHandle allocate;
    private final MethodHandle truncate;
    private final MethodHandle close;

    private NativeFiles(Linker linker) {
        SymbolLookup functions = linker.defaultLookup();
        open =
                linker.downcallHandle(
                        functions.findOrThrow("open"),
                        FunctionDescriptor.of(
                                ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT),
                        Linker.Option.firstVariadicArg(2));
        allocate =
                linker.downcallHandle(
                        functions.findOrThrow("fallocate"),
                        FunctionDescriptor.of(
                                ValueLayout.JAVA_INT,
                                ValueLayout.JAVA_INT,
                                ValueLayout.JAVA_INT,
                                ValueLayout.JAVA_LONG,
                                ValueLayout.JAVA_LONG));
        truncate =
                linker.downcallHandle(
                        functions.findOrThrow("truncate"),
                        FunctionDescriptor.of(
                                ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_LONG));
        close =
                linker.downcallHandle(
                        functions.findOrThrow("close"),
                        FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
    }

    /** Finds the functions, which takes some tens of milliseconds; empty where there are none. */
    static Optional<NativeFiles> find() {
        boolean known =
                System.getProperty("os.name").equals("Linux")
                        && ValueLayout.ADDRESS.byteSize() == 8;
        if (!known || !NativeFiles.class.getModule().isNativeAccessEnabled()) {
            return Optional.empty();
        }
        try {
            return Optional.of(new NativeFiles(Linker.nativeLinker()));
        } catch (RuntimeException | LinkageError without) {
            return Optional.empty();
        }
    }

    /**
     * Gives a file blocks, also beyond its end; its length stays.
     *
     * @return whether it has them: a full disk has none
     */
    boolean allocate(Path file, long from, long bytes) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment name = arena.allocateFrom(file.toString());
            int descriptor = (int) open.invokeExact(name, WRITE_ONLY_CLOSED_ON_EXEC);
            if (descriptor < 0) {
                return false;
            }
            int failed = (int) allocate.invokeExact(descriptor, KEEP_LENGTH, from, bytes);
            int unclosed = (int) close.invokeExact(descriptor);
            return failed == 0 && unclosed == 0;
        } catch (Throwable failed) {
            throw asThrown(failed);
        }
    }

    /** Cuts a file to a length: what lies beyond goes, blocks too. */
    boolean truncate(Path file, long length) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment name = arena.allocateFrom(file.toString());
            return (int) truncate.invokeExact(name, length) == 0;
        } catch (Throwable failed) {
            throw asThrown(failed);
        }
    }

    /** A method handle says that it may throw anything; these functions throw nothing. */
    private static IllegalStateException asThrown(Throwable failed) {
        return switch (failed) {
            case RuntimeException runtime -> throw runtime;
            case Error error -> throw error;
            default -> new IllegalStateException(failed);
        };
    }
}
