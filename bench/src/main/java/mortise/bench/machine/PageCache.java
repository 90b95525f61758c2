package mortise.bench.machine;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * What the kernel holds of files in memory, asked and told through the C library: {@code
 * posix_fadvise(2)} and {@code mincore(2)} need no rights but those to the file. Linux on 64 bits;
 * what the host of a virtual machine holds of its disk is out of reach. Thread-safe.
 */
@SuppressWarnings("restricted")
public final class PageCache {
    private static final int READ_ONLY = 0;
    private static final int WILL_NOT_BE_NEEDED = 4;
    private static final byte RESIDENT = 1;
    private static final String ERRNO = "errno";

    private static final Linker LINKER = Linker.nativeLinker();
    private static final StructLayout STATE = Linker.Option.captureStateLayout();
    private static final VarHandle ERROR =
            STATE.varHandle(MemoryLayout.PathElement.groupElement(ERRNO));

    private static final MethodHandle OPEN =
            LINKER.downcallHandle(
                    LINKER.defaultLookup().findOrThrow("open"),
                    FunctionDescriptor.of(
                            ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT),
                    Linker.Option.captureCallState(ERRNO),
                    Linker.Option.firstVariadicArg(2));
    private static final MethodHandle SYNC =
            function("fsync", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
    private static final MethodHandle ADVISE =
            function(
                    "posix_fadvise",
                    FunctionDescriptor.of(
                            ValueLayout.JAVA_INT,
                            ValueLayout.JAVA_INT,
                            ValueLayout.JAVA_LONG,
                            ValueLayout.JAVA_LONG,
                            ValueLayout.JAVA_INT));
    private static final MethodHandle CLOSE =
            function("close", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
    private static final MethodHandle IN_CORE =
            function(
                    "mincore",
                    FunctionDescriptor.of(
                            ValueLayout.JAVA_INT,
                            ValueLayout.ADDRESS,
                            ValueLayout.JAVA_LONG,
                            ValueLayout.ADDRESS));
    private static final MethodHandle PAGE_SIZE =
            LINKER.downcallHandle(
                    LINKER.defaultLookup().findOrThrow("getpagesize"),
                    FunctionDescriptor.of(ValueLayout.JAVA_INT));

    private PageCache() {}

    /**
     * How much of something is in memory.
     *
     * @param resident pages that are
     * @param pages of all
     */
    public record Pages(long resident, long pages) {
        /** None of nothing. */
        public static final Pages NONE = new Pages(0, 0);

        /** Both together. */
        public Pages and(Pages other) {
            return new Pages(resident + other.resident, pages + other.pages);
        }

        /** From 0 to 1; 0 of nothing. */
        public double residentShare() {
            return pages == 0 ? 0 : (double) resident / pages;
        }
    }

    private static MethodHandle function(String name, FunctionDescriptor types) {
        return LINKER.downcallHandle(
                LINKER.defaultLookup().findOrThrow(name),
                types,
                Linker.Option.captureCallState(ERRNO));
    }

    /**
     * Makes a file durable and has the kernel forget its pages; those that somebody has mapped, or
     * writes meanwhile, stay.
     *
     * @throws IOException if the file cannot be opened, synced or forgotten
     */
    public static void forget(Path file) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(STATE);
            int descriptor =
                    (int) OPEN.invokeExact(state, arena.allocateFrom(file.toString()), READ_ONLY);
            check(descriptor, "open", file, state);
            try {
                check((int) SYNC.invokeExact(state, descriptor), "fsync", file, state);
                // this one returns its error
                int error = (int) ADVISE.invokeExact(state, descriptor, 0L, 0L, WILL_NOT_BE_NEEDED);
                if (error != 0) {
                    throw new IOException(failed("posix_fadvise", file, error));
                }
            } finally {
                check((int) CLOSE.invokeExact(state, descriptor), "close", file, state);
            }
        } catch (Throwable failed) {
            throw asThrown(failed);
        }
    }

    /**
     * How much of a file is in memory now.
     *
     * @throws IOException if the file cannot be mapped, or its owner is another
     */
    public static Pages of(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
                Arena arena = Arena.ofConfined()) {
            long size = channel.size();
            if (size == 0) {
                return Pages.NONE;
            }
            long pages = Math.ceilDiv(size, pageSize());
            MemorySegment state = arena.allocate(STATE);
            MemorySegment bits = arena.allocate(pages);
            MemorySegment mapped = channel.map(FileChannel.MapMode.READ_ONLY, 0, size, arena);
            check((int) IN_CORE.invokeExact(state, mapped, size, bits), "mincore", file, state);
            long resident = 0;
            for (long page = 0; page < pages; page++) {
                // the other bits mean nothing
                resident += bits.get(ValueLayout.JAVA_BYTE, page) & RESIDENT;
            }
            return new Pages(resident, pages);
        } catch (Throwable failed) {
            throw asThrown(failed);
        }
    }

    private static int pageSize() throws Throwable {
        return (int) PAGE_SIZE.invokeExact();
    }

    private static void check(int result, String function, Path file, MemorySegment state)
            throws IOException {
        if (result < 0) {
            throw new IOException(failed(function, file, (int) ERROR.get(state, 0L)));
        }
    }

    private static String failed(String function, Path file, int error) {
        return function + " of " + file + " failed with error " + error;
    }

    /** A method handle says that it may throw anything; these functions throw nothing. */
    private static IOException asThrown(Throwable failed) {
        return switch (failed) {
            case IOException io -> io;
            case RuntimeException runtime -> throw runtime;
            case Error error -> throw error;
            default -> new IOException(failed);
        };
    }
}
