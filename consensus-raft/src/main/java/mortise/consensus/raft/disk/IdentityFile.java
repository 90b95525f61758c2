package mortise.consensus.raft.disk;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The file that says whose directory this is, and who voted when it was made. */
final class IdentityFile {
    private final Path file;
    private final int nodeId;

    IdentityFile(Path directory, int nodeId) {
        this.file = directory.resolve("identity");
        this.nodeId = nodeId;
    }

    boolean exists() {
        return Files.exists(file);
    }

    void write(List<Integer> voters) throws IOException {
        FrameWriter frames =
                new FrameWriter()
                        .startAt(0)
                        .header(FileKind.IDENTITY, nodeId)
                        .begin(FrameKind.IDENTITY, FrameWriter.sizeOfNodes(voters))
                        .putNodes(voters)
                        .end();
        DurableFiles.replace(file, channel -> DurableFiles.write(channel, frames.gathered(), 0));
    }

    /** Who voted when the directory was made. */
    List<Integer> read() throws IOException {
        try (FrameReader reader = FrameReader.open(file, FileKind.IDENTITY, nodeId)) {
            FrameBody body = reader.expect(FrameKind.IDENTITY);
            List<Integer> voters = body.takeNodes();
            body.end();
            reader.expectEnd();
            return voters;
        }
    }
}
