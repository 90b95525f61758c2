package mortise.storage.local;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** What the kernel has of a file in memory, for tests; Linux on 64 bits. */
@SuppressWarnings("restricted")
final class KernelPages {
    private static final int PAGE_BYTES = 4_096;
    private static final int READ_ONLY = 0;
    private static final int WILL_NOT_BE_NEEDED = 4;
    private static final Linker LINKER = Linker.nativeLinker();

    private KernelPages() {}

    /** Makes a file durable and has the kernel forget its pages; whether it has. */
    static boolean forget(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
        MethodHandle open =
                LINKER.downcallHandle(
                        LINKER.defaultLookup().findOrThrow("open"),
                        FunctionDescriptor.of(
                                ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT),
                        Linker.Option.firstVariadicArg(2));
        MethodHandle advise =
                function(
                        "posix_fadvise",
                        ValueLayout.JAVA_INT,
                        ValueLayout.JAVA_LONG,
                        ValueLayout.JAVA_LONG,
                        ValueLayout.JAVA_INT);
        MethodHandle close = function("close", ValueLayout.JAVA_INT);
        try (Arena arena = Arena.ofConfined()) {
            int descriptor = (int) open.invokeExact(arena.allocateFrom(file.toString()), READ_ONLY);
            int error = (int) advise.invokeExact(descriptor, 0L, 0L, WILL_NOT_BE_NEEDED);
            int unclosed = (int) close.invokeExact(descriptor);
            return error == 0 && unclosed == 0 && resident(file) == 0;
        } catch (Throwable failed) {
            throw new IOException(failed);
        }
    }

    /** How many of a file's pages are in memory. */
    static long resident(Path file) throws IOException {
        MethodHandle inCore =
                function(
                        "mincore", ValueLayout.ADDRESS, ValueLayout.JAVA_LONG, ValueLayout.ADDRESS);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
                Arena arena = Arena.ofConfined()) {
            long size = channel.size();
            MemorySegment mapped = channel.map(FileChannel.MapMode.READ_ONLY, 0, size, arena);
            long pages = Math.ceilDiv(size, PAGE_BYTES);
            MemorySegment bits = arena.allocate(pages);
            int failed = (int) inCore.invokeExact(mapped, size, bits);
            if (failed != 0) {
                throw new IOException("mincore of " + file + " failed");
            }
            long resident = 0;
            for (long page = 0; page < pages; page++) {
                resident += bits.get(ValueLayout.JAVA_BYTE, page) & 1;
            }
            return resident;
        } catch (RuntimeException | Error | IOException failed) {
            throw failed;
        } catch (Throwable failed) {
            throw new IOException(failed);
        }
    }

    private static MethodHandle function(String name, MemoryLayout... parameters) {
        return LINKER.downcallHandle(
                LINKER.defaultLookup().findOrThrow(name),
                FunctionDescriptor.of(ValueLayout.JAVA_INT, parameters));
    }
}
