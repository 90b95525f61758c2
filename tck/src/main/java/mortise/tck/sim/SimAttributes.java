package mortise.tck.sim;

import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;

/** What is known of a file or directory of a simulated disk without opening it. */
record SimAttributes(long id, long sizeInBytes, boolean directory, long created, long modified)
        implements BasicFileAttributes {
    static SimAttributes of(SimNode node) {
        long size =
                switch (node) {
                    case SimFile file -> file.size();
                    case SimDirectory _ -> SimFile.PAGE;
                };
        return new SimAttributes(
                node.id(),
                size,
                node instanceof SimDirectory,
                node.createdMillis(),
                node.modifiedMillis());
    }

    @Override
    public FileTime lastModifiedTime() {
        return FileTime.fromMillis(modified);
    }

    @Override
    public FileTime lastAccessTime() {
        return lastModifiedTime();
    }

    @Override
    public FileTime creationTime() {
        return FileTime.fromMillis(created);
    }

    @Override
    public boolean isRegularFile() {
        return !directory;
    }

    @Override
    public boolean isDirectory() {
        return directory;
    }

    @Override
    public boolean isSymbolicLink() {
        return false;
    }

    @Override
    public boolean isOther() {
        return false;
    }

    @Override
    public long size() {
        return sizeInBytes;
    }

    @Override
    public Object fileKey() {
        return id;
    }
}
