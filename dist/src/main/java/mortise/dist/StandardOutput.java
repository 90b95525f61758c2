package mortise.dist;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import mortise.api.PermittedApi;

/**
 * The process's standard output. Every command writes through it, and a write that fails is a
 * failure of the command: {@link System#out} only remembers that there was one. After a failure it
 * takes what is written and drops it, so that it is said once. Confined to the command's thread.
 */
@PermittedApi("descriptor 1 is no file of the broker's")
final class StandardOutput extends OutputStream {
    private static final StandardOutput OF_PROCESS =
            new StandardOutput(new FileOutputStream(FileDescriptor.out));

    private final OutputStream descriptor;
    private boolean failed;

    StandardOutput(OutputStream descriptor) {
        this.descriptor = descriptor;
    }

    static StandardOutput ofProcess() {
        return OF_PROCESS;
    }

    @Override
    public void write(int single) {
        write(new byte[] {(byte) single}, 0, 1);
    }

    /**
     * Writes.
     *
     * @throws OutputFailedException if that fails
     */
    @Override
    public void write(byte[] bytes, int offset, int length) {
        if (failed) {
            return;
        }
        try {
            descriptor.write(bytes, offset, length);
        } catch (IOException failure) {
            failed = true;
            throw new OutputFailedException(failure);
        }
    }
}
