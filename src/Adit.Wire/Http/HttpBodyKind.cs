namespace Adit.Wire.Http;

/// <summary>How the end of a body is told.</summary>
public enum HttpBodyKind
{
    /// <summary>There is none.</summary>
    None,

    /// <summary>By Content-Length.</summary>
    Length,

    /// <summary>By the last chunk.</summary>
    Chunked,

    /// <summary>By the end of the connection; responses only.</summary>
    UntilClose,
}
