/**
 * The directory of a quorum member, format version 1.
 *
 * <p>All numbers are big-endian; all checksums are CRC-32C.
 *
 * <h2>Files</h2>
 *
 * <table>
 * <caption>What a directory holds</caption>
 * <tr><th>name</th><th>what</th></tr>
 * <tr><td>{@code identity}</td><td>whose directory it is; written once</td></tr>
 * <tr><td>{@code ballot}</td><td>newest term, vote, and how far the log was durable; replaced as a
 * whole</td></tr>
 * <tr><td>{@code <index, 20 digits>.log}</td><td>a segment of the log, named by its first
 * index</td></tr>
 * <tr><td>{@code <index, 20 digits>-<term, 10 digits>.snapshot}</td><td>the state as of an entry;
 * the two newest are kept</td></tr>
 * <tr><td>{@code lock}</td><td>empty; locked by the process that uses the directory</td></tr>
 * <tr><td>{@code *.tmp}</td><td>left by a crash; deleted at start</td></tr>
 * </table>
 *
 * <p>Every file except the lock is a header followed by frames. It is written under a temporary
 * name, forced, renamed, and the directory is forced; so a file that has its name is whole as far
 * as it was written then. Only the last segment is written to after that, and only at its end.
 *
 * <h2>Header, 24 bytes, the same in every version</h2>
 *
 * <pre>
 * 8  magic    "MORTRAFT"
 * 4  kind     "IDNT", "BLLT", "SEGM" or "SNAP"
 * 4  version  1
 * 4  node     the node whose directory it is
 * 4  crc      of the 20 bytes before
 * </pre>
 *
 * <h2>Frame</h2>
 *
 * <pre>
 * 4  marker   0x9E4D5246
 * 4  length   of the body, at least 1
 * 4  crc      of the body
 * 4  check    CRC of: the frame's position in the file (8 bytes), marker, length, crc
 * n  body     its first byte is the frame's kind
 * </pre>
 *
 * <p>The check covers the position, so bytes that look like a frame but were not written as one at
 * this place are not taken for one, and a length can be trusted before its body is read.
 *
 * <h2>Bodies, after the kind</h2>
 *
 * <pre>
 * 1 IDENTITY  voter count (4), voters (4 each): who voted when the directory was made
 * 2 BALLOT    term (4), voted for (4; -1 nobody), durable index (8)
 * 3 SEGMENT   base index (8), term of the entry before it (4)
 * 4 ENTRY     durable index (8), index (8), term (4), record list
 * 5 MARK      durable index (8)
 * 6 SNAPSHOT  index (8), term (4), voter count (4), voters (4 each), record count (8)
 * 7 RECORDS   record list
 *
 * record list: count (4), then per record: length (4), bytes
 * </pre>
 *
 * <p>An identity is one IDENTITY frame, a ballot one BALLOT frame. A segment is a SEGMENT frame,
 * then ENTRY and MARK frames. A snapshot is a SNAPSHOT frame, then RECORDS frames, whose records
 * add up to its count. Other kinds are refused; 8 to 15 are kept for entries that change who votes.
 * An ENTRY without records is for a leader that needs an entry of its own.
 *
 * <h2>Durable index: a torn tail or damage?</h2>
 *
 * <p>Entries that were not forced may be torn by a crash in any pattern of sectors; nobody was told
 * that they are stored, so they are cut off. Entries that were forced may be gone or changed only
 * if the disk is damaged; then the member must not start, for it would have forgotten what it
 * promised. To tell one from the other, whatever is written says how far the log was durable at
 * that time: an ENTRY and a MARK up to their durable index, a segment up to the index before its
 * base, a snapshot up to its index (its file name too), the ballot up to its durable index. The
 * greatest of these claims that can be read, also behind the broken place, decides: if the entries
 * before the broken place reach it, the rest is cut; otherwise it is damage. A MARK is written
 * without a force when nothing else waits, and the ballot at every start and clean stop.
 *
 * <p>So what can pass as a torn tail is damage to the last forced group after a power cut that also
 * took the mark behind it. Whoever truncates durable entries (a follower that met a newer leader)
 * must first make every claim above the cut untrue no longer: the ballot durably lowered, then the
 * log cut and forced.
 *
 * <h2>Order of writing</h2>
 *
 * <ul>
 *   <li>A new directory: ballot of term 0, first segment, identity. So whoever has an identity has
 *       had the others.
 *   <li>A group of entries: frames in one write, one force, then they count as stored.
 *   <li>A new segment begins only when everything before it is forced.
 *   <li>Old segments go oldest first, each made durable, and only up to the older of the two
 *       snapshots, so that this one stays usable.
 * </ul>
 */
package mortise.consensus.raft.disk;
