package mortise.tck.storage;

/** The kit's promises about lost records hold for the kit's own store. */
class JournalMissingRecordsTest extends JournalMissingRecords {}
