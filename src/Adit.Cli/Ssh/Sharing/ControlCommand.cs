namespace Adit.Cli.Ssh.Sharing;

/// <summary>What <c>-O</c> asks a master for.</summary>
internal enum ControlCommand
{
    /// <summary>Whether it lives.</summary>
    Check,

    /// <summary>To set forwards up.</summary>
    Forward,

    /// <summary>To take forwards down.</summary>
    Cancel,

    /// <summary>To end at once.</summary>
    Exit,

    /// <summary>To take no more clients.</summary>
    Stop,
}
